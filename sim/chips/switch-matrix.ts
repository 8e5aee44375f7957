import type { KeyName, KeypadLayout, Scheduler, Timer } from "../../hal/ports.ts";
import type { NetBoard } from "./nets.ts";

/** How long contacts bounce. */
export interface Bounce {
  readonly meanMs: number;
  readonly worstMs: number;
}

/** 16 kinds of switch bounced 1.6 ms on average and 6.2 ms at worst; cheap membranes get more. */
export const USUAL_BOUNCE: Bounce = { meanMs: 1.6, worstMs: 10 };
export const NO_BOUNCE: Bounce = { meanMs: 0, worstMs: 0 };

/** What age and dirt do to contacts. */
export interface Wear {
  /** Of a contact that is pressed and at rest. */
  readonly restOhms: number;
  /** Of one that has just touched, or has dirt in it: up to this. */
  readonly worstOhms: number;
  /** Dirt gets between pressed contacts this often, on average; and leaves them alone for at least `soundMs` before. */
  readonly dirtEveryMs: number;
  readonly soundMs: number;
  /** Longest time for which it does. */
  readonly dirtMs: number;
}

/** Carbon contacts at the end of their life: 5 kOhm, and up to 200 kOhm, which no pull-up of the computer's reads as closed. */
export const WORN: Wear = { restOhms: 5_000, worstOhms: 200_000, dirtEveryMs: 60, soundMs: 8, dirtMs: 2 };

/** Longest time a bouncing contact stays either way, and the shortest. */
const LONGEST_CONTACT_MS = 1;
const SHORTEST_CONTACT_MS = 0.02;

export interface SwitchMatrixOptions {
  readonly nets: NetBoard;
  readonly scheduler: Scheduler;
  readonly random: { uniform(): number };
  readonly layout: KeypadLayout;
  /** Nets of the rows and columns, in the layout's order. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly bounce?: Bounce;
  /** None: contacts without resistance. */
  readonly wear?: Wear;
}

interface Contact {
  readonly row: number;
  readonly column: number;
  /** With this resistance; null while it is open. */
  closedOhms: number | null;
  pressed: boolean;
  timer: Timer | null;
}

/**
 * A matrix keypad: a plain switch at each crossing of a row and a column, and no diodes, so three keys of a rectangle
 * make the fourth appear. Contacts bounce at both ends of a press.
 */
export class SwitchMatrix {
  readonly #options: SwitchMatrixOptions;
  readonly #bounce: Bounce;
  readonly #crossings: Contact[][] = [];
  readonly #contacts = new Map<KeyName, Contact>();
  #lastMoveMs = Number.NEGATIVE_INFINITY;

  constructor(options: SwitchMatrixOptions) {
    this.#options = options;
    this.#bounce = options.bounce ?? USUAL_BOUNCE;
    for (const [rowIndex, keys] of options.layout.entries()) {
      const crossings: Contact[] = [];
      this.#crossings.push(crossings);
      for (const [columnIndex, key] of keys.entries()) {
        const row = options.rows[rowIndex];
        const column = options.columns[columnIndex];
        if (row === undefined || column === undefined) {
          throw new RangeError(`the layout has a crossing ${rowIndex}/${columnIndex} without nets`);
        }
        const contact = { row, column, closedOhms: null, pressed: false, timer: null };
        crossings.push(contact);
        if (key !== null) this.#contacts.set(key, contact);
      }
    }
  }

  /** Keys this keypad has, row by row. */
  get keys(): readonly KeyName[] {
    return [...this.#contacts.keys()];
  }

  /** When a contact last closed or opened: once a key has come to rest, the end of its bounce. */
  get lastMoveMs(): number {
    return this.#lastMoveMs;
  }

  /** A finger goes down; does nothing while it is down. Throws RangeError when the keypad has no such key. */
  press(key: KeyName): void {
    this.#move(this.#contact(key), true);
  }

  /** The finger goes up; does nothing while it is up. */
  release(key: KeyName): void {
    this.#move(this.#contact(key), false);
  }

  /** The same by place, counted from 0: blanks have a switch, too. */
  pressAt(row: number, column: number): void {
    this.#move(this.#contactAt(row, column), true);
  }

  releaseAt(row: number, column: number): void {
    this.#move(this.#contactAt(row, column), false);
  }

  releaseAll(): void {
    for (const contact of this.#crossings.flat()) this.#move(contact, false);
  }

  #contact(key: KeyName): Contact {
    const contact = this.#contacts.get(key);
    if (contact === undefined) throw new RangeError("this keypad has no such key");
    return contact;
  }

  #contactAt(row: number, column: number): Contact {
    const contact = this.#crossings[row]?.[column];
    if (contact === undefined) throw new RangeError(`this keypad has no crossing ${row}/${column}`);
    return contact;
  }

  #move(contact: Contact, pressed: boolean): void {
    if (contact.pressed === pressed) return;
    contact.pressed = pressed;
    contact.timer?.cancel();
    contact.timer = null;
    const { meanMs, worstMs } = this.#bounce;
    const bounceMs = Math.min(worstMs, -meanMs * Math.log(1 - this.#options.random.uniform()));
    if (bounceMs <= 0) {
      this.#rest(contact);
      return;
    }
    this.#set(contact, pressed ? this.#touchOhms() : null);
    this.#bounceUntil(contact, this.#options.scheduler.nowMs() + bounceMs);
  }

  #bounceUntil(contact: Contact, endMs: number): void {
    const { scheduler, random } = this.#options;
    const leftMs = endMs - scheduler.nowMs();
    const stayMs = SHORTEST_CONTACT_MS + random.uniform() * (LONGEST_CONTACT_MS - SHORTEST_CONTACT_MS);
    if (stayMs >= leftMs) {
      contact.timer = scheduler.after(leftMs, () => {
        contact.timer = null;
        this.#rest(contact);
      });
      return;
    }
    contact.timer = scheduler.after(stayMs, () => {
      this.#set(contact, contact.closedOhms === null ? this.#touchOhms() : null);
      this.#bounceUntil(contact, endMs);
    });
  }

  /** Bouncing is over. A worn contact that is pressed gets dirt in it now and then. */
  #rest(contact: Contact): void {
    const { scheduler, random, wear } = this.#options;
    if (!contact.pressed || wear === undefined) {
      this.#set(contact, contact.pressed ? 0 : null);
      return;
    }
    this.#set(contact, wear.restOhms);
    const soundMs = wear.soundMs - wear.dirtEveryMs * Math.log(1 - random.uniform());
    contact.timer = scheduler.after(soundMs, () => {
      this.#set(contact, this.#touchOhms());
      contact.timer = scheduler.after(random.uniform() * wear.dirtMs, () => this.#rest(contact));
    });
  }

  /** Resistance of a contact that touches badly: any, evenly on a logarithmic scale. */
  #touchOhms(): number {
    const { random, wear } = this.#options;
    return wear === undefined ? 0 : wear.restOhms * (wear.worstOhms / wear.restOhms) ** random.uniform();
  }

  #set(contact: Contact, ohms: number | null): void {
    const { row, column, closedOhms } = contact;
    if (closedOhms === ohms) return;
    const { nets, scheduler } = this.#options;
    contact.closedOhms = ohms;
    if ((closedOhms === null) !== (ohms === null)) this.#lastMoveMs = scheduler.nowMs();
    if (ohms !== null) nets.closeSwitch(row, column, ohms);
    if (closedOhms !== null) nets.openSwitch(row, column, closedOhms);
  }
}
