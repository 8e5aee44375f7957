/**
 * The virtual machines of the bed, one for each way in which sysfs numbers the lines. A line that was ever exported keeps the
 * module in the kernel, so a machine keeps its numbers.
 */
export interface Configuration {
  readonly name: string;
  /** Number of the first line in sysfs. */
  readonly base: number;
  /** Of the chip: as on the board that numbers so. */
  readonly label: string;
  /** Names of files `guest/NAME.check.ts`, in the order in which they run. */
  readonly checks: readonly string[];
}

export const CONFIGURATIONS: readonly Configuration[] = [
  // Linux 6.6 and later.
  {
    name: "base-512",
    base: 512,
    label: "pinctrl-bcm2711",
    checks: ["gpio", "keypad", "display", "i2c", "pwm", "serial", "clock", "watchdog"],
  },
  // Before.
  { name: "base-0", base: 0, label: "pinctrl-bcm2835", checks: ["gpio", "keypad", "display"] },
];

/** A check with a wrong expectation: run by itself, it must turn a machine red. */
export const PLANTED_CHECK = "planted-wrong";
/** The machine that it runs in. */
export const PLANTED_IN = "base-0";
