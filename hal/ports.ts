/**
 * Every interface through which the rest of the house sees hardware, and the seams that hardware code itself needs.
 * Nothing here knows of people, PINs or hubs: `hal` can be lifted out and used for another keypad or display.
 */

/** A pending call of {@link Scheduler.after}. Cancelling one that already ran does nothing. */
export interface Timer {
  cancel(): void;
}

/** All waiting goes through this, so that the seeded world can run the same code under a virtual clock. */
export interface Scheduler {
  /** Monotonic milliseconds with fractions; the origin is arbitrary. Never steps, never runs backwards. */
  nowMs(): number;
  /** Runs `run` once, `delayMs` from now or as soon after as possible. */
  after(delayMs: number, run: () => void): Timer;
  /** Runs `run` after what is already pending had its turn: slices long work so that a key never waits for it. */
  soon(run: () => void): void;
}

declare const bcmBrand: unique symbol;
/** A GPIO line by its Broadcom number (`GPIO17`), never by header position or sysfs number. */
export type Bcm = number & { readonly [bcmBrand]: true };

/** Highest BCM number on the 40-pin header (Raspberry Pi documentation, "GPIO and the 40-pin header"). */
export const HIGHEST_HEADER_BCM = 27;

/** Brands a whole number 0..27 as a {@link Bcm}; throws RangeError on anything else. Parsers of config call it. */
export function bcm(value: number): Bcm {
  if (!Number.isInteger(value) || value < 0 || value > HIGHEST_HEADER_BCM) {
    throw new RangeError(`GPIO${value} is not on the header: 0 to ${HIGHEST_HEADER_BCM} are`);
  }
  return value as Bcm;
}

export type Pull = "up" | "down" | "none";
export type Drive = "push-pull" | "open-drain";

export type GpioLineRequest =
  | {
      readonly bcm: Bcm;
      readonly direction: "in";
      readonly pull: Pull;
      /** Whether the line reports edges to {@link GpioLines.onEdge}. */
      readonly edges: "none" | "both";
    }
  | {
      readonly bcm: Bcm;
      readonly direction: "out";
      readonly drive: Drive;
      /** Level from the moment the line is an output. On open drain `true` means released, not driven high. */
      readonly initial: boolean;
    };

/** Levels of a group of lines: bit i is the i-th line of the request, 1 is high. At most 31 lines, so it stays a small integer. */
export type LevelMask = number;
export const MAX_LINES_PER_GROUP = 31;

/** Longest single `delayUs`: a bank may busy-wait for it. Anything longer is the scheduler's business. */
export const MAX_GPIO_DELAY_US = 50;

/** One step of a GPIO transaction; see {@link GpioLines.run}. */
export type GpioOp =
  | { readonly op: "write"; readonly mask: LevelMask; readonly levels: LevelMask }
  | { readonly op: "delayUs"; readonly us: number }
  | { readonly op: "read" };

export interface GpioEdge {
  /** Index of the line in its group's request. */
  readonly line: number;
  readonly rising: boolean;
  /** When the kernel (or the simulated net) saw it, on the scheduler's time line, milliseconds. */
  readonly atMs: number;
}

/** A group of lines that were opened together and are held exclusively until closed. */
export interface GpioLines {
  /**
   * Runs the operations in order and resolves to one {@link LevelMask} (of every line of the group) per `read`.
   * The whole list is one transaction: nothing else of this group runs in between. Rejects with HalError
   * `hal.gpio.io` when the kernel refuses, `hal.gpio.closed` after close.
   */
  run(ops: readonly GpioOp[]): Promise<readonly LevelMask[]>;
  /** Sets the one listener for edges; a second call replaces the first, `null` removes it. */
  onEdge(listener: ((edge: GpioEdge) => void) | null): void;
  /** Frees the lines: outputs become inputs. Idempotent. */
  close(): Promise<void>;
}

export interface GpioBank {
  /** For messages: `gpiochip pinctrl-bcm2711`, `simulated`. */
  readonly name: string;
  /**
   * Opens lines as one group, all or none. Rejects with HalError `hal.gpio.busy` (a line is held, also by this
   * process), `hal.gpio.absent` (no such line) or `hal.gpio.io`.
   */
  open(consumer: string, lines: readonly GpioLineRequest[]): Promise<GpioLines>;
}

/** An I2C bus master. A write is one transaction: start, address, bytes, stop. */
export interface I2cBus {
  readonly name: string;
  /** Rejects with HalError `hal.i2c.nak` when nobody answers at `address` (7 bits), `hal.i2c.io` otherwise. */
  write(address: number, bytes: Uint8Array): Promise<void>;
  /**
   * Reads `length` bytes in one transaction: start, address, bytes, stop. Rejects like `write`. A PCF8574 answers with the
   * levels of its pins, so that one byte asks whether it is there and changes nothing.
   */
  read(address: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A serial port that is open: 8 data bits, no parity, one stop bit, no handshake, exclusive. */
export interface SerialLine {
  /** Resolves when the port has taken all bytes. Rejects with HalError `hal.serial.io`, `hal.serial.closed` after close. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sets the one listener for what arrives, in pieces as they come. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Sets the one listener for the port's end when nobody closed it (a USB plug pulled): `hal.serial.gone`, once. */
  onGone(listener: (error: Error & { readonly code: string }) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface SerialPorts {
  /**
   * Opens a port by its path (`/dev/ttyAMA0`, `/dev/serial/by-id/...`). Rejects with HalError `hal.serial.absent`,
   * `hal.serial.busy` (locked by another program), `hal.serial.denied` (not in the group dialout) or `hal.serial.io`.
   */
  open(path: string, options: { readonly baudRate: number }): Promise<SerialLine>;
}

/** A line that the machine's PWM unit drives by itself. */
export interface PwmOutput {
  /** Frequency in Hz and share of each period that is high, 0 to 1; a share of 0 is low without a pulse. */
  set(frequencyHz: number, share: number): Promise<void>;
  /** Leaves the line low. Idempotent. */
  close(): Promise<void>;
}

export interface PwmOutputs {
  /** Rejects with HalError `hal.pwm.absent` (no PWM on this line, or its overlay is missing), `hal.pwm.busy`, `hal.pwm.io`. */
  open(line: Bcm): Promise<PwmOutput>;
}

/** What the kernel says of its own wall clock. */
export interface KernelClock {
  /** Somebody disciplines the clock: NTP, PTP, GPS. */
  readonly isSynchronised: boolean;
  /** How wrong it is at most, milliseconds, since the last correction; null when it is not synchronised. */
  readonly maxErrorMs: number | null;
  /** How wrong it is thought to be, milliseconds; null likewise. */
  readonly estimatedErrorMs: number | null;
}

/** What this machine knows of how much its wall clock is worth. */
export interface SystemClock {
  /** Asks the kernel, which takes a microsecond and no privilege. Throws HalError `hal.clock.io` where it does not answer. */
  kernel(): KernelClock;
  /** Whether the kernel set the wall clock by a real-time clock when it booted. */
  setByRtc(): boolean;
}

/** The text of a whole display. Rows may be shorter than the display (padded with blanks), never longer. */
export interface Frame {
  readonly rows: readonly string[];
}

export interface DisplaySize {
  readonly columns: number;
  readonly rows: number;
}

/** A part reports trouble once when it begins and once when it is over; it never throws it at a caller. */
export interface PartHealth {
  onFault(listener: (error: Error & { readonly code: string }) => void): void;
  onRecovered(listener: () => void): void;
  /**
   * Asks the part whether it is still there, so that a cable pulled in the night is known before the morning. Resolves when it has
   * answered or its fault has been reported, within {@link PROBE_LIMIT_MS}; never rejects. Disturbs nothing.
   */
  probe(): Promise<void>;
}

/** A part that has not answered a probe by then is in fault. */
export const PROBE_LIMIT_MS = 2_000;

/** `dim` is `full` where the part can only switch. */
export type BacklightLevel = "full" | "dim" | "off";

export interface CharacterDisplay extends PartHealth {
  readonly size: DisplaySize;
  /** Wants this frame on the glass; the latest wins, frames in between may never be seen. Returns at once. */
  show(frame: Frame): void;
  /** Sets the backlight; likewise returns at once, the latest wins. */
  backlight(level: BacklightLevel): void;
  /** Resolves when the chip holds the newest frame and backlight, or the display is in fault or closed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export const KEY_NAMES = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "*",
  "#",
  "A",
  "B",
  "C",
  "D",
] as const;
export type KeyName = (typeof KEY_NAMES)[number];

/** Which key is at which crossing: `layout[row][column]`. `null` is a blank: no key there, or one that is to do nothing. */
export type KeypadLayout = readonly (readonly (KeyName | null)[])[];

export interface Keypad extends PartHealth {
  /** Sets the one listener; called once for each press, at the press (not the release). */
  onPress(listener: (key: KeyName) => void): void;
  close(): Promise<void>;
}

/** A rhythm on the sounder: on and off times alternate, beginning with on, in milliseconds. */
export type Rhythm = readonly number[];

/** How loud. `quiet` is the part's own idea of it: a lower pulse width, or shorter beeps where there is only on and off. */
export type Volume = "full" | "quiet" | "off";

export interface Sounder extends PartHealth {
  /** Starts this rhythm, cutting off the one before: the last wins. Returns at once. */
  play(rhythm: Rhythm): void;
  /** For what is played from now on. */
  volume(volume: Volume): void;
  close(): Promise<void>;
}

/** Two lights beside the display. */
export type LedName = "green" | "red";

export interface Leds extends PartHealth {
  /** Switches a light; returns at once, the latest wins. */
  set(led: LedName, on: boolean): void;
  close(): Promise<void>;
}

/** What a card or fob says of itself: 1 to 20 letters and digits, upper case. It finds a person; it proves nothing. */
export type CardNumber = string;

export interface Reader extends PartHealth {
  /** Sets the one listener; called once for each time a card is held to the reader. */
  onCard(listener: (card: CardNumber) => void): void;
  close(): Promise<void>;
}
