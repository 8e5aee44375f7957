import type { KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { Flag } from "./schema.ts";

/** The tables of hub/tries and hub/alarms: wrong PINs, counted. Which PINs they were is nowhere. */

/** A person's wrong PINs by where they were typed. A row stays when its count ends: it says up to where it did. */
export interface PinTriesTable {
  person: PersonId;
  terminal: TerminalId;
  store: StoreId;
  /** Refusals since the person's last success with the personal PIN, anywhere, or since they were lifted. */
  refusals: number;
  /** The newest refusal known. */
  last_seq: number;
  /** Refusals up to this one were ended by a success elsewhere. */
  reset_seq: number;
  /** Refusals up to this one were lifted. */
  cleared_seq: number;
  /** The wait that ends last of those that these refusals began; 0 for none. */
  wait_ms: number;
  /** When the hub took in the refusal that began it. */
  received_ms: number;
}

/** Wrong PINs at somebody's profile, or at a kiosk, since that PIN was set. */
export interface PinGuessesTable {
  owner: PersonId | KioskId;
  guesses: number;
}

export const ALARM_KINDS = ["slow-guess", "spray", "fork", "clock"] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** What admins have to know of. At most one of a kind for each owner. */
export interface AlarmsTable {
  id: string;
  kind: AlarmKind;
  /** Whose PIN is guessed at, a person's or a kiosk's; of a spray and a fork the terminal. */
  owner: PersonId | KioskId | TerminalId;
  person: PersonId | null;
  kiosk: KioskId;
  terminal: TerminalId | null;
  at_ms: number;
  guesses: number;
  /** 1: the PIN must be changed, and nothing else ends this. */
  must_change: Flag;
  /** An admin has seen it. The row stays until its cause ends, so that it is not told again. */
  dismissed_ms: number | null;
}

export interface TriesTables {
  pin_tries: PinTriesTable;
  pin_guesses: PinGuessesTable;
  alarms: AlarmsTable;
}
