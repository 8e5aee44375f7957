import type { GpioListing } from "../gpio/chip-info.ts";
import type { SysfsChip } from "../gpio/sysfs-chip.ts";
import type { Bcm } from "../ports.ts";

/** What was found out about a machine: facts only, no judgement. Made by `inspect`, judged by `punchbox doctor`. */
export interface MachineFacts {
  /** `Raspberry Pi 4 Model B Rev 1.5`; null on a machine without a device tree. */
  readonly model: string | null;
  /** `6.12.34+rpt-rpi-v8` */
  readonly kernel: string;
  /** `Debian GNU/Linux 13 (trixie)` */
  readonly system: string | null;
  /** As Node names it: `arm64`. */
  readonly architecture: string;
  readonly user: { readonly name: string; readonly groups: readonly string[] };
  readonly gpio: GpioFacts;
  readonly i2c: readonly I2cFacts[];
  readonly serial: readonly SerialFacts[];
  /** Ports that the kernel's console is on: `ttyAMA0`, `serial0`. */
  readonly consoles: readonly string[];
  readonly pwm: readonly PwmFacts[];
  readonly addons: readonly AddonFacts[];
}

export interface GpioFacts {
  /** What the character devices tell; null where they could not be asked. */
  readonly listing: GpioListing | null;
  /** The header's chip in sysfs, null where there is none. */
  readonly sysfs: SysfsChip | null;
}

export interface I2cFacts {
  /** N of `/dev/i2c-N`. */
  readonly bus: number;
  /** Whether the device is there: the kernel may have the bus, but not its module i2c-dev. */
  readonly device: boolean;
  /** Addresses at which a display may be; null where nobody asked, or nobody could. */
  readonly displays: readonly number[] | null;
  /** Code of the error that kept from asking. */
  readonly problem: string | null;
}

export interface SerialFacts {
  /** `/dev/serial0` */
  readonly path: string;
  /** What a link leads to: `/dev/ttyAMA0`. */
  readonly device: string;
  /** Whether this user may write it. */
  readonly writable: boolean;
}

export interface PwmFacts {
  /** `pwmchip0` */
  readonly chip: string;
  /** Lines of the header that it can serve; none for a fan's. */
  readonly lines: readonly Bcm[];
  /** Whether this user may take outputs of it. */
  readonly writable: boolean;
}

export interface AddonFacts {
  /** The package that has it. */
  readonly name: string;
  readonly loads: boolean;
}
