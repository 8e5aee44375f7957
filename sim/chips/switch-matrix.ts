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
}

interface Contact {
  readonly row: number;
  readonly column: number;
  closed: boolean;
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
  readonly #contacts = new Map<KeyName, Contact>();
  #lastMoveMs = Number.NEGATIVE_INFINITY;

  constructor(options: SwitchMatrixOptions) {
    this.#options = options;
    this.#bounce = options.bounce ?? USUAL_BOUNCE;
    for (const [rowIndex, keys] of options.layout.entries()) {
      for (const [columnIndex, key] of keys.entries()) {
        const row = options.rows[rowIndex];
        const column = options.columns[columnIndex];
        if (row === undefined || column === undefined) {
          throw new RangeError(`the layout has a crossing ${rowIndex}/${columnIndex} without nets`);
        }
        this.#contacts.set(key, { row, column, closed: false, pressed: false, timer: null });
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
    this.#move(key, true);
  }

  /** The finger goes up; does nothing while it is up. */
  release(key: KeyName): void {
    this.#move(key, false);
  }

  releaseAll(): void {
    for (const key of this.#contacts.keys()) this.release(key);
  }

  #move(key: KeyName, pressed: boolean): void {
    const contact = this.#contacts.get(key);
    if (contact === undefined) throw new RangeError("this keypad has no such key");
    if (contact.pressed === pressed) return;
    contact.pressed = pressed;
    contact.timer?.cancel();
    contact.timer = null;
    const { meanMs, worstMs } = this.#bounce;
    const bounceMs = Math.min(worstMs, -meanMs * Math.log(1 - this.#options.random.uniform()));
    this.#set(contact, pressed);
    if (bounceMs > 0) this.#bounceUntil(contact, this.#options.scheduler.nowMs() + bounceMs);
  }

  #bounceUntil(contact: Contact, endMs: number): void {
    const { scheduler, random } = this.#options;
    const leftMs = endMs - scheduler.nowMs();
    const stayMs = SHORTEST_CONTACT_MS + random.uniform() * (LONGEST_CONTACT_MS - SHORTEST_CONTACT_MS);
    if (stayMs >= leftMs) {
      contact.timer = scheduler.after(leftMs, () => {
        contact.timer = null;
        this.#set(contact, contact.pressed);
      });
      return;
    }
    contact.timer = scheduler.after(stayMs, () => {
      this.#set(contact, !contact.closed);
      this.#bounceUntil(contact, endMs);
    });
  }

  #set(contact: Contact, closed: boolean): void {
    if (contact.closed === closed) return;
    contact.closed = closed;
    this.#lastMoveMs = this.#options.scheduler.nowMs();
    if (closed) this.#options.nets.closeSwitch(contact.row, contact.column);
    else this.#options.nets.openSwitch(contact.row, contact.column);
  }
}
