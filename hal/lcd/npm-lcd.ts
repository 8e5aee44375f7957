import type Lcd from "lcd";
import { loadAddon } from "../addon.ts";
import { claimsIn, type Claims } from "../claims.ts";
import { HalError } from "../errors.ts";
import { busyWait } from "../gpio/gpiochip.ts";
import { SysfsBank, type SysfsPackage } from "../gpio/sysfs-bank.ts";
import type { SysfsLine } from "../gpio/sysfs-lines.ts";
import type { NpmLcdPlan } from "../plan.ts";
import type {
  BacklightLevel,
  Bcm,
  CharacterDisplay,
  GpioBank,
  GpioLineRequest,
  GpioLines,
  Scheduler,
} from "../ports.ts";
import { SYSFS, type SysfsFiles } from "../sysfs.ts";
import { Hd44780Display } from "./hd44780.ts";
import { DATA_FLAG, type LcdBus, type LcdByte } from "./lcd-bus.ts";
import { EXECUTION_US, MAX_TRANSACTION_US } from "./timing.ts";

/** The one door to the package lcd. */

/** What the package spins after an instruction; after data it is a little more. */
const SPUN_US = 39;
/** A byte is 13 writes to files of the kernel's, some microseconds each, and its execution. */
const BYTE_US = EXECUTION_US + 13 * 10;

export interface NpmLcdOptions {
  readonly plan: NpmLcdPlan;
  readonly scheduler: Scheduler;
  /** Where the backlight's line is opened, which the package does not know; left out where there is none. */
  readonly light?: GpioBank;
  /** Since when the controller has had power for certain, on the scheduler's time line; since now when left out. */
  readonly poweredSinceMs?: number;
  /** This machine's when left out. */
  readonly files?: SysfsFiles;
  readonly claims?: Claims;
  /** Busy-waits; by the scheduler's clock when left out. */
  readonly spinUs?: (us: number) => void;
}

/**
 * A display whose lines are driven by the npm package lcd, through onoff and sysfs. The package moves nibbles; what is sent, and
 * when, is decided as for any other HD44780, so that it has differences, glyphs, a resync and slices too, none of which the
 * package knows. The sysfs base is found at each opening. Trouble is reported as by {@link Hd44780Display}.
 */
export function openNpmLcd({
  plan,
  scheduler,
  files = SYSFS,
  claims = claimsIn(),
  spinUs = busyWait(scheduler),
  light,
  ...options
}: NpmLcdOptions): CharacterDisplay {
  const holder = new SysfsBank({ package: HOLDER, files, claims, scheduler, spinUs });
  const bus = new NpmLcdBus({ plan, holder, spinUs, light: light ?? null });
  return new Hd44780Display({ bus, scheduler, size: plan.size, rom: plan.rom, ...options });
}

/** Exports and frees lines as others do, and leaves driving them to the package lcd. */
const HOLDER: SysfsPackage = { name: "onoff", open: () => Promise.resolve(HELD_LINE) };
const HELD_LINE: SysfsLine = {
  read: () => Promise.resolve(false),
  write: () => Promise.resolve(),
  setDirection: () => Promise.resolve(),
  watch: () => undefined,
  close: () => Promise.resolve(),
};

interface NpmLcdBusOptions {
  readonly plan: NpmLcdPlan;
  readonly holder: SysfsBank;
  readonly light: GpioBank | null;
  readonly spinUs: (us: number) => void;
}

class NpmLcdBus implements LcdBus {
  readonly name = "the npm package lcd";
  readonly #options: NpmLcdBusOptions;
  #lines: GpioLines | null = null;
  #lightLines: GpioLines | null = null;
  #lcd: Lcd | null = null;
  #lit = true;

  constructor(options: NpmLcdBusOptions) {
    this.#options = options;
  }

  fit(bytes: readonly LcdByte[]): number {
    return Math.min(bytes.length, Math.floor(MAX_TRANSACTION_US / BYTE_US));
  }

  async open(): Promise<void> {
    await this.close();
    const { plan, holder, light } = this.#options;
    const { rs, e, data, backlight, size } = plan;
    const QuietLcd = await loadLcd();
    this.#lines = await holder.open("punchbox display", [rs, e, ...data].map(output(false)));
    const { base } = holder.find();
    this.#lcd = new QuietLcd({
      rs: base + rs,
      e: base + e,
      data: data.map((line) => base + line),
      cols: size.columns,
      rows: size.rows,
    });
    if (light === null || backlight === undefined) return;
    this.#lightLines = await light.open("punchbox display light", [backlight].map(output(this.#lit)));
  }

  async sendNibble(nibble: number): Promise<void> {
    await this.#with((lcd) => {
      lcd.rs.writeSync(0);
      lcd._write4Bits(nibble);
    });
  }

  async send(bytes: readonly LcdByte[]): Promise<void> {
    await this.#with((lcd) => {
      for (const byte of bytes) {
        if ((byte & DATA_FLAG) === 0) lcd._command(byte);
        else lcd._write(byte & 0xff);
        this.#options.spinUs(EXECUTION_US - SPUN_US);
      }
    });
  }

  async backlight(level: BacklightLevel): Promise<void> {
    this.#lit = level !== "off";
    await this.#lightLines?.run([{ op: "write", mask: 1, levels: this.#lit ? 1 : 0 }]);
  }

  /** Wires that are only driven cannot answer. */
  probe(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async close(): Promise<void> {
    const [lcd, lines, lightLines] = [this.#lcd, this.#lines, this.#lightLines];
    this.#lcd = this.#lines = this.#lightLines = null;
    try {
      lcd?.close();
    } catch {
      // Lines that failed may fail at this too; the holder frees what is left.
    }
    await lightLines?.close().catch(() => undefined);
    await lines?.close();
  }

  /** What the package throws becomes a rejection. */
  #with(work: (lcd: Lcd) => void): Promise<void> {
    const lcd = this.#lcd;
    if (lcd === null)
      return Promise.reject(new HalError("hal.gpio.closed", "the display's lines are not open"));
    return Promise.resolve(lcd).then(work);
  }
}

function output(initial: boolean): (bcm: Bcm) => GpioLineRequest {
  return (bcm) => ({ bcm, direction: "out", drive: "push-pull", initial });
}

/** The package's class without its own initialisation, whose errors nobody could catch. */
async function loadLcd(): Promise<typeof Lcd> {
  const { default: PackageLcd } = await loadAddon("onoff (epoll), which lcd needs,", () => import("lcd"));
  return class QuietLcd extends PackageLcd {
    override _init(): void {
      // The driver initialises.
    }
  };
}
