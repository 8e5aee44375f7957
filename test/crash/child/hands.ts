import type { State } from "../../../device/core/state.ts";
import type { KeyName } from "../../../hal/ports.ts";
import type { Random } from "../../../protocol/seams.ts";
import type { Worker } from "../reports.ts";

/** Shares of what people do. */
const WRONG_PIN = 0.15;
const UNIVERSAL_PIN = 0.15;
const UNDOES = 0.15;
const READS_RECEIPT = 0.1;
const FORGOT = 0.05;

type AfterResult = "leave" | "undo" | "receipt";

/** Whoever stands before the terminal, what they mean to type, and how they answer what it shows. */
export class Hands {
  readonly #random: Random;
  readonly #people: readonly Worker[];
  readonly #universalPin: string;
  #number = "";
  #pin = "";
  #afterResult: AfterResult = "leave";
  #forgot = false;
  #rightPin = "";

  constructor(random: Random, people: readonly Worker[], universalPin: string) {
    this.#random = random;
    this.#people = people;
    this.#universalPin = universalPin;
  }

  /** The key for what the display shows; null to wait. `mayBegin`: whether another person may come. */
  keyFor(state: State, mayBegin: boolean): KeyName | null {
    switch (state.screen) {
      case "starting":
      case "unpaired":
      case "checking":
      case "recording":
        return null;
      case "idle":
        if (!mayBegin) return null;
        this.#nextPerson();
        return digit(this.#number, 0);
      case "find":
        return digit(this.#number, state.query.typed.length);
      case "pin":
        if (this.#forgot) return "C";
        return digit(this.#pin, state.typed.length);
      case "wrong":
        // The second time it is right: waits would keep everybody from punching.
        this.#pin = this.#rightPin;
        return digit(this.#pin, state.typed.length);
      case "undone":
        this.#afterResult = "leave";
        return "1";
      case "act":
      case "guard":
        return "1";
      case "result":
        return this.#afterResult === "leave" ? "D" : this.#afterResult === "undo" ? "*" : "#";
      case "forgotConfirm":
        return "#";
      case "trouble":
        return state.expiresAtMs === null ? null : "D";
      case "help":
      case "list":
      case "wait":
      case "confirm":
      case "receipt":
      case "forgotSent":
      case "nothingRecorded":
      case "unknownCard":
      case "gone":
      case "identify":
        return "D";
    }
  }

  #nextPerson(): void {
    const person = this.#people[Math.floor(this.#random.uniform() * this.#people.length)];
    if (person === undefined) throw new RangeError("nobody works here");
    this.#number = person.number;
    const isUniversal = person.universal && this.#chance(UNIVERSAL_PIN);
    this.#rightPin = isUniversal ? this.#universalPin : person.pin;
    this.#pin = this.#chance(WRONG_PIN) ? this.#wrongPin() : this.#rightPin;
    this.#forgot = this.#chance(FORGOT);
    this.#afterResult = this.#chance(UNDOES) ? "undo" : this.#chance(READS_RECEIPT) ? "receipt" : "leave";
  }

  /** Of as many digits, and nobody's. */
  #wrongPin(): string {
    const taken = new Set([...this.#people.map(({ pin }) => pin), this.#universalPin]);
    for (;;) {
      const digits = this.#rightPin.length;
      const pin = String(Math.floor(this.#random.uniform() * 10 ** digits)).padStart(digits, "0");
      if (!taken.has(pin)) return pin;
    }
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }
}

const DIGITS: readonly KeyName[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** The digit that is due after so many; where none is, the way home. */
function digit(text: string, typed: number): KeyName {
  return DIGITS[Number(text[typed] ?? Number.NaN)] ?? "D";
}
