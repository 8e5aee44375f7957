import type { AuthMethod, PunchAction } from "../../protocol/events.ts";
import type { EventSeq } from "../../protocol/ids.ts";
import type { Presence } from "../../protocol/presence.ts";
import type { KioskSettings } from "../../protocol/roster.ts";
import type { TrySettings } from "../../protocol/try-settings.ts";
import type { DisplaySize, KeyName } from "../../hal/ports.ts";
import type {
  CorePart,
  Directory,
  DirectoryEntry,
  DiskTrouble,
  EffectId,
  LastPunch,
  LinkState,
  PartTrouble,
  TryRecord,
  UntoldPunch,
} from "./types.ts";

/**
 * Everything the terminal knows, as a union over what is on the screen. A state holds just what its screen needs, so
 * that a PIN cannot outlive its prompt and no screen can show what it does not know. All `...Ms` instants that say
 * when something ends are monotonic; wall times are named `...WallMs` or come from the protocol (`sinceMs`, `atMs`).
 */

/** True of the box whatever it shows. */
export interface Box {
  /** List pages are as long as the display is high, so the core has to know it. */
  readonly display: DisplaySize;
  readonly link: LinkState;
  /** The shell said that nothing can be recorded. */
  readonly storeFailed: boolean;
  readonly parts: PartTroubles;
  readonly disk: DiskTrouble | null;
  /** An admin asked which box this is, and it is not shown yet; given up at `untilMs`. */
  readonly identify: { readonly terminal: string; readonly untilMs: number } | null;
  readonly nextId: EffectId;
  /** A check given up on: should its answer come after all and be a refusal, the try still counts. */
  readonly owedCheck: OwedCheck | null;
}

/** What the core was told of the box's parts; null is well. */
export type PartTroubles = Readonly<Record<CorePart, PartTrouble | null>>;

export const ALL_WELL: PartTroubles = { display: null, keypad: null, reader: null };

export interface OwedCheck {
  readonly id: EffectId;
  readonly person: DirectoryEntry;
  /** What wrong PINs cost when the check began. */
  readonly settings: TrySettings;
}

/** Where the box stands and whom it knows: there from the first roster on. */
export interface Place {
  readonly kiosk: KioskSettings;
  readonly directory: Directory;
}

interface Base {
  readonly box: Box;
}

interface Placed extends Base {
  readonly place: Place;
}

/** A screen that leaves by itself. */
interface Expiring extends Placed {
  readonly expiresAtMs: number;
}

/** An effect whose answer is awaited, until `untilMs` at most. */
export interface Pending {
  readonly id: EffectId;
  readonly untilMs: number;
}

/** Somebody who has shown who they are (or need not), from then until the terminal is idle again. */
export interface Session {
  readonly person: DirectoryEntry;
  readonly auth: AuthMethod;
  readonly presence: Presence;
  readonly lastPunch: LastPunch | null;
  /** May clock out and no more (product.md, PIN case 11). */
  readonly leaving: boolean;
  /** A punch by Universal PIN that the person is to be told of; null too for who may not be told. */
  readonly untold: UntoldPunch | null;
}

export interface StartingState extends Base {
  readonly screen: "starting";
}

export interface UnpairedState extends Base {
  readonly screen: "unpaired";
}

export interface IdleState extends Placed {
  readonly screen: "idle";
}

export interface HelpState extends Expiring {
  readonly screen: "help";
}

/** What was typed to find someone: the beginning of a number, or letters by their keys. */
export interface FindQuery {
  readonly typed: string;
  readonly namesOnly: boolean;
}

export interface FindState extends Expiring {
  readonly screen: "find";
  readonly query: FindQuery;
}

export interface ListState extends Expiring {
  readonly screen: "list";
  readonly query: FindQuery;
  /** Index, among the people that match, of the first one on this page. */
  readonly first: number;
}

interface Prompt extends Expiring {
  readonly person: DirectoryEntry;
  /** The only place, with the `verifyPin` effect, that a PIN is in. */
  readonly typed: string;
}

export interface PinState extends Prompt {
  readonly screen: "pin";
  /** `openPerson` under way; null when answered. */
  readonly opening: Pending | null;
}

export interface WrongState extends Prompt {
  readonly screen: "wrong";
  /** Wrong PINs until a wait begins, at least 1. */
  readonly triesLeft: number;
}

export interface CheckingState extends Placed {
  readonly screen: "checking";
  readonly person: DirectoryEntry;
  readonly digits: number;
  readonly pending: Pending;
  readonly typeAhead: readonly KeyName[];
}

export interface WaitState extends Expiring {
  readonly screen: "wait";
  readonly person: DirectoryEntry;
  readonly waitUntilMs: number;
  /** `openPerson` under way: the hub said something new of the person, who may be free. */
  readonly opening: Pending | null;
}

/** Requires PIN is off: a key confirms, since selecting alone never punches (product.md, PIN rule 1). */
export interface ConfirmState extends Expiring {
  readonly screen: "confirm";
  readonly person: DirectoryEntry;
  readonly opening: Pending | null;
  readonly opened: Pick<Session, "presence" | "lastPunch" | "leaving"> | null;
  /** The person confirmed before the box knew their state. */
  readonly confirmed: boolean;
}

export interface ActState extends Expiring {
  readonly screen: "act";
  readonly session: Session;
}

export interface GuardState extends Expiring {
  readonly screen: "guard";
  readonly session: Session;
  readonly last: LastPunch;
  /** What the person would do with a second punch. */
  readonly action: PunchAction;
}

/** What an event under way is for, hence what follows when it is durable. */
export type RecordPurpose =
  | { readonly for: "punch"; readonly session: Session; readonly action: PunchAction }
  | {
      readonly for: "refusal";
      readonly person: DirectoryEntry;
      /** Wrong PINs until a wait begins, at least 1; of no meaning when one begins now. */
      readonly triesLeft: number;
      readonly waitMs: number;
    }
  | { readonly for: "acceptance"; readonly session: Session }
  | { readonly for: "forgotten"; readonly person: DirectoryEntry }
  | { readonly for: "undo"; readonly session: Session; readonly undone: PunchMade };

export interface RecordingState extends Placed {
  readonly screen: "recording";
  readonly pending: Pending;
  readonly purpose: RecordPurpose;
  readonly typeAhead: readonly KeyName[];
}

/** A punch that is durable. */
export interface PunchMade {
  readonly action: PunchAction;
  readonly seq: EventSeq;
  readonly wallMs: number;
  readonly receipt: string;
  /** Where the person stood before: what an undo returns to. */
  readonly before: Presence;
}

export interface ResultState extends Expiring {
  readonly screen: "result";
  /** Its presence has the punch applied. */
  readonly session: Session;
  readonly punch: PunchMade;
  readonly shownAtMs: number;
}

export interface ReceiptState extends Expiring {
  readonly screen: "receipt";
  readonly session: Session;
  readonly punch: PunchMade;
}

export interface UndoneState extends Expiring {
  readonly screen: "undone";
  /** Its presence has the punch taken back. */
  readonly session: Session;
  readonly punch: PunchMade;
  /** The other action, which is offered. */
  readonly action: PunchAction;
}

export interface ForgotConfirmState extends Expiring {
  readonly screen: "forgotConfirm";
  readonly person: DirectoryEntry;
}

export interface ForgotSentState extends Expiring {
  readonly screen: "forgotSent";
  readonly person: DirectoryEntry;
}

export interface NothingRecordedState extends Expiring {
  readonly screen: "nothingRecorded";
  readonly person: DirectoryEntry;
}

/** A card was held to the reader that belongs to nobody here. */
export interface UnknownCardState extends Expiring {
  readonly screen: "unknownCard";
}

/** The person left the roster while at the terminal. */
export interface GoneState extends Expiring {
  readonly screen: "gone";
  readonly person: DirectoryEntry;
}

export interface TroubleState extends Placed {
  readonly screen: "trouble";
  /** `store`: nothing happened. `unanswered`: the store may yet say that it did. */
  readonly reason: "store" | "unanswered";
  /** The recording that has not been answered; a late answer is still shown. */
  readonly late: RecordingState | null;
  /** Null while the box as a whole cannot record. */
  readonly expiresAtMs: number | null;
}

/** Which box this is, for an admin who looks for it. */
export interface IdentifyState extends Expiring {
  readonly screen: "identify";
  /** Its id, as the hub has it. */
  readonly terminal: string;
}

export type State =
  | StartingState
  | UnpairedState
  | IdleState
  | HelpState
  | FindState
  | ListState
  | PinState
  | WrongState
  | CheckingState
  | WaitState
  | ConfirmState
  | ActState
  | GuardState
  | RecordingState
  | ResultState
  | ReceiptState
  | UndoneState
  | ForgotConfirmState
  | ForgotSentState
  | NothingRecordedState
  | UnknownCardState
  | GoneState
  | TroubleState
  | IdentifyState;

export type PlacedState = Exclude<State, StartingState | UnpairedState>;

/** Before anything is known. Effect ids begin at 1. */
export function startingState(display: DisplaySize): StartingState {
  return {
    screen: "starting",
    box: {
      display,
      link: { link: "up", unsent: 0 },
      storeFailed: false,
      parts: ALL_WELL,
      disk: null,
      identify: null,
      nextId: 1,
      owedCheck: null,
    },
  };
}

/** Where everybody ends: idle, or the standing notice that nothing can be recorded. */
export function home(box: Box, place: Place): IdleState | TroubleState {
  if (box.storeFailed) {
    return { screen: "trouble", box, place, reason: "store", late: null, expiresAtMs: null };
  }
  return { screen: "idle", box, place };
}

/** The number of a fresh effect, and the box that has given it away. */
export function takeId(box: Box): { readonly id: EffectId; readonly box: Box } {
  return { id: box.nextId, box: { ...box, nextId: box.nextId + 1 } };
}

/** The tries of somebody without any. */
export const NO_TRIES: TryRecord = { count: 0, waitUntilMs: null, leaveAtMs: [] };
