import type { Scheduler, Timer } from "../../hal/ports.ts";
import type { SerialDevice } from "./serial-wire.ts";

/** The module's only rate. */
const BAUD_RATE = 9600;
/** From the end of one frame to the start of the next while a card lies on the coil. */
const PAUSE_MS = 50;
const FRAME_BYTES = 14;
const FRAME_MS = (FRAME_BYTES * 10 * 1000) / BAUD_RATE;
const START = 0x02;
const END = 0x03;
const CARD_BYTES = 5;

/** An RDM6300 and a hand with cards: reads 125 kHz EM4100 tags and tells them, again and again, while they are near. */
export class Rdm6300 implements SerialDevice {
  readonly baudRate = BAUD_RATE;
  readonly #scheduler: Scheduler;
  #send: ((byte: number) => void) | null = null;
  #frame: readonly number[] = [];
  #timer: Timer | null = null;
  #awayAtMs = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Holds a card (ten hexadecimal digits) to the coil for a while; whatever was there before is taken away. */
  hold(card: string, forMs: number): void {
    this.#frame = frameOf(card);
    this.#awayAtMs = this.#scheduler.nowMs() + forMs;
    this.#timer?.cancel();
    this.#tell();
  }

  connect(send: ((byte: number) => void) | null): void {
    this.#send = send;
  }

  /** It has no receiver worth the name. */
  receive(): void {
    return;
  }

  #tell(): void {
    if (this.#scheduler.nowMs() >= this.#awayAtMs) return;
    for (const byte of this.#frame) this.#send?.(byte);
    this.#timer = this.#scheduler.after(FRAME_MS + PAUSE_MS, () => this.#tell());
  }
}

function frameOf(card: string): number[] {
  const bytes = Buffer.from(card, "hex");
  if (bytes.length !== CARD_BYTES) throw new RangeError("a card of an RDM6300 has ten hexadecimal digits");
  const sum = bytes.reduce((one, other) => one ^ other, 0);
  const digits = Buffer.concat([bytes, Buffer.of(sum)])
    .toString("hex")
    .toUpperCase();
  return [START, ...Buffer.from(digits, "ascii"), END];
}
