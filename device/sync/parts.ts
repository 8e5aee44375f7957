import type { Logger } from "pino";
import type { ClockQuality } from "../../protocol/events.ts";
import type { PersonId } from "../../protocol/ids.ts";
import type { Command } from "../../protocol/messages.ts";
import type { Link, Random, Scheduler, WallClock } from "../../protocol/seams.ts";
import type { PairedIdentity } from "../config/identity.ts";
import type { LinkState } from "../core/types.ts";
import type { LedgerPort } from "../ledger/port.ts";

/** What the hub's clock said, and when it was heard. */
export interface HubTime {
  readonly hubTimeMs: number;
  /** Of this machine, when the message came. */
  readonly monotonicMs: number;
  /** Between asking and hearing: `hubTimeMs` is at most so old. Null when it is not known. */
  readonly roundTripMs: number | null;
}

/** What an admin asked for that is not sync's own to do. */
export type TerminalCommand = Exclude<Command, { act: "resend" }>;

export interface SyncParts {
  /** Opens a link to the hub. */
  readonly connect: () => Promise<Link>;
  readonly ledger: LedgerPort;
  readonly identity: PairedIdentity;
  readonly software: string;
  readonly scheduler: Scheduler;
  readonly wallClock: WallClock;
  /** What the wall clock is worth now. */
  readonly clock: () => ClockQuality;
  readonly random: Random;
  readonly log: Logger;
  /** Whom the kiosk knows, or the kiosk itself, is different on disk now. */
  readonly onRoster: () => void;
  /** What the hub says of these people is different on disk now, and whom the kiosk knows is not. */
  readonly onPeople: (people: readonly PersonId[], leaving: readonly PersonId[]) => void;
  /** The hub took this terminal's place away and proved it; the roster is wiped and what could be sent was. */
  readonly onRevoked: () => void;
  readonly onLink: (state: LinkState) => void;
  /** With every welcome and pulse. */
  readonly onHubTime: (time: HubTime) => void;
  /**
   * Does it, or sees to it that it will be done, and resolves to `done` or the code of why not. A restart resolves before it
   * happens, so that the answer still leaves.
   */
  readonly onCommand: (command: TerminalCommand) => Promise<string>;
}
