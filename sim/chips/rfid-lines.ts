import type { SerialDevice } from "./serial-wire.ts";

export interface LineReaderOptions {
  readonly baudRate?: number;
  /** What ends a line: most send both. */
  readonly lineEnd?: "\r\n" | "\r" | "\n";
}

/** A reader on a USB serial port that tells each card once, as a line of text, when it comes near. */
export class LineReaderModule implements SerialDevice {
  readonly baudRate: number;
  readonly #lineEnd: string;
  #send: ((byte: number) => void) | null = null;

  constructor({ baudRate = 9600, lineEnd = "\r\n" }: LineReaderOptions = {}) {
    this.baudRate = baudRate;
    this.#lineEnd = lineEnd;
  }

  /** Holds a card with this number to it, for long enough. */
  hold(card: string): void {
    for (const byte of Buffer.from(card + this.#lineEnd, "latin1")) this.#send?.(byte);
  }

  connect(send: ((byte: number) => void) | null): void {
    this.#send = send;
  }

  receive(): void {
    return;
  }
}
