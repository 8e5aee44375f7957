import { HalError } from "../errors.ts";
import { SYSFS, type SysfsFiles } from "../sysfs.ts";
import { HEADER_CHIP_LABELS } from "./chip-info.ts";

/** Linux, Documentation/admin-guide/gpio/sysfs.rst. */
export const GPIO_FOLDER = "/sys/class/gpio";
const CHIP_NAME = /^gpiochip\d+$/u;

/** A GPIO chip as sysfs shows it. A line's number there is `base` and its own: kernels from 6.6 begin at 512, earlier ones at 0. */
export interface SysfsChip {
  readonly label: string;
  readonly base: number;
  readonly lines: number;
}

/**
 * Finds the header's chip in sysfs. Throws HalError `hal.gpio.unsupported` where the kernel shows no GPIO there, `hal.gpio.absent` where
 * none of its chips is a Pi's.
 */
export function findSysfsChip(files: SysfsFiles = SYSFS): SysfsChip {
  if (!files.exists(`${GPIO_FOLDER}/export`)) {
    throw new HalError(
      "hal.gpio.unsupported",
      `there is no ${GPIO_FOLDER}: this kernel has no GPIO in sysfs; use gpiochip`,
    );
  }
  const others: string[] = [];
  for (const name of files.list(GPIO_FOLDER).filter((each) => CHIP_NAME.test(each))) {
    const attribute = (attributeName: string): string =>
      files.read(`${GPIO_FOLDER}/${name}/${attributeName}`);
    const label = attribute("label");
    if (HEADER_CHIP_LABELS.includes(label)) {
      return { label, base: Number(attribute("base")), lines: Number(attribute("ngpio")) };
    }
    others.push(label);
  }
  throw new HalError(
    "hal.gpio.absent",
    `no GPIO chip in sysfs is labelled ${HEADER_CHIP_LABELS.join(" or ")}, there ${others.length === 0 ? "is none" : `are ${others.join(", ")}`}`,
  );
}
