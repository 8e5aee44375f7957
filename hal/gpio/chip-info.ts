import { bcm, HIGHEST_HEADER_BCM, type Bcm } from "../ports.ts";
import { CHIPINFO, FLAG, GET_CHIPINFO, GET_LINE_INFO, LINE_INFO, type GpioKernel } from "./uapi.ts";

/** Labels of the chip behind the 40-pin header: Pi Zero 2 W and 3, Pi 4, Pi 5. Its number moved between kernels. */
export const HEADER_CHIP_LABELS: readonly string[] = ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"];

/** What a chip says of itself. */
export interface ChipInfo {
  readonly label: string;
  readonly lines: number;
}

/** Asks an open chip; a negated error number where it does not answer. */
export function chipInfo(kernel: GpioKernel, fd: number): ChipInfo | number {
  const info = new Uint8Array(CHIPINFO.bytes);
  const result = kernel.ioctl(fd, GET_CHIPINFO, info);
  if (result < 0) return result;
  return {
    label: text(info, CHIPINFO.label, CHIPINFO.labelBytes),
    lines: new DataView(info.buffer).getUint32(CHIPINFO.lines, true),
  };
}

/** A line of a chip: its name in the device tree, and who holds it. */
export interface LineInfo {
  readonly name: string;
  /** What the holder calls itself, "" where it has no name; null while nobody holds the line. */
  readonly consumer: string | null;
}

/** Asks an open chip for one of its lines; a negated error number where it does not answer. */
export function lineInfo(kernel: GpioKernel, fd: number, offset: number): LineInfo | number {
  const info = new Uint8Array(LINE_INFO.bytes);
  const view = new DataView(info.buffer);
  view.setUint32(LINE_INFO.offset, offset, true);
  const result = kernel.ioctl(fd, GET_LINE_INFO, info);
  if (result < 0) return result;
  const used = (view.getUint32(LINE_INFO.flags, true) & FLAG.used) !== 0;
  return {
    name: text(info, LINE_INFO.name, LINE_INFO.nameBytes),
    consumer: used ? text(info, LINE_INFO.consumer, LINE_INFO.consumerBytes) : null,
  };
}

/** A GPIO chip of this machine. */
export interface ListedChip {
  /** `/dev/gpiochip0` */
  readonly path: string;
  /** What it says of itself, or the error number with which it refused. */
  readonly info: ChipInfo | { readonly errno: number };
}

/** All GPIO chips, and the lines of the header with who holds them; no line where there is no such chip. */
export interface GpioListing {
  readonly chips: readonly ListedChip[];
  readonly header: readonly (LineInfo & { readonly line: Bcm })[];
}

/** What the character device tells of this machine's GPIO. Opens no line and changes nothing. */
export function listGpio(
  kernel: GpioKernel,
  headerLabels: readonly string[] = HEADER_CHIP_LABELS,
): GpioListing {
  const chips: ListedChip[] = [];
  let header: GpioListing["header"] = [];
  for (const path of kernel.chipPaths()) {
    const fd = kernel.open(path);
    if (fd < 0) {
      chips.push({ path, info: { errno: -fd } });
      continue;
    }
    const info = chipInfo(kernel, fd);
    if (typeof info === "number") chips.push({ path, info: { errno: -info } });
    else {
      chips.push({ path, info });
      if (header.length === 0 && headerLabels.includes(info.label)) header = headerLines(kernel, fd, info);
    }
    kernel.close(fd);
  }
  return { chips, header };
}

function headerLines(kernel: GpioKernel, fd: number, chip: ChipInfo): GpioListing["header"] {
  const lines: (LineInfo & { readonly line: Bcm })[] = [];
  for (let offset = 0; offset < Math.min(chip.lines, HIGHEST_HEADER_BCM + 1); offset++) {
    const info = lineInfo(kernel, fd, offset);
    if (typeof info !== "number") lines.push({ line: bcm(offset), ...info });
  }
  return lines;
}

/** A string as C keeps it: up to the first zero of its bytes. */
function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
