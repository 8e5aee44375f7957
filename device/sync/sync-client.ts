import type { Logger } from "pino";
import { chainHeadBytes } from "../../protocol/chain.ts";
import { codeOf } from "../../protocol/errors.ts";
import { challengeBytes, signBytes } from "../../protocol/identity.ts";
import type { PersonId } from "../../protocol/ids.ts";
import {
  HANDSHAKE_TIMEOUT_MS,
  MAX_BATCH_EVENT_BYTES,
  MAX_BATCHES_IN_FLIGHT,
  MAX_BUFFERED_BYTES,
  MAX_EVENTS_PER_BATCH,
  SILENCE_LIMIT_MS,
} from "../../protocol/limits.ts";
import {
  CLOSE_GOING,
  CLOSE_REFUSED,
  CLOSE_SILENT,
  decodeHubMessage,
  encodeMessage,
  PROTOCOL_VERSION,
  type HubMessage,
} from "../../protocol/messages.ts";
import { isRevocation } from "../../protocol/revocation.ts";
import type { RosterPerson } from "../../protocol/roster.ts";
import type { Link, Random, Scheduler, Timer, WallClock } from "../../protocol/seams.ts";
import type { PairedIdentity } from "../config/identity.ts";
import type { LinkState } from "../core/types.ts";
import type { LedgerPort } from "../ledger/port.ts";
import { pauseMs } from "./backoff.ts";

/** Hub messages waiting for the disk: a snapshot of 10,000 people is 100 pages and may come in one burst. */
const MAX_INBOX = 256;

/** A close reason is the peer's text: only what looks like one of our codes is taken for one. */
const CODE_PATTERN = /^[a-z]+(?:[.-][a-z]+)+$/;

export interface SyncParts {
  /** Opens a link to the hub. */
  readonly connect: () => Promise<Link>;
  readonly ledger: LedgerPort;
  readonly identity: PairedIdentity;
  readonly software: string;
  readonly scheduler: Scheduler;
  readonly wallClock: WallClock;
  readonly random: Random;
  readonly log: Logger;
  /** Whom the kiosk knows, or the kiosk itself, is different on disk now. */
  readonly onRoster: () => void;
  /** What the hub says of these people is different on disk now, and whom the kiosk knows is not. */
  readonly onPeople: (people: readonly PersonId[], leaving: readonly PersonId[]) => void;
  /** The hub took this terminal's place away and proved it; the roster is wiped and what could be sent was. */
  readonly onRevoked: () => void;
  readonly onLink: (state: LinkState) => void;
}

/** One connection's life. Replaced as a whole by the next one, so that nothing of an old link can reach a new one. */
interface Session {
  readonly link: Link;
  phase: "greeting" | "up" | "over";
  /** Newest event sent on this link. */
  sentSeq: number;
  /** Last event of each batch that is under way. */
  readonly inFlight: number[];
  pumping: boolean;
  /** There may be more to send than the last look at the ledger found. */
  wanted: boolean;
  inbox: number;
  handling: Promise<void>;
  heardMs: number;
  /** The hub took this terminal's place away; it takes what waits to be sent, or says that it does not. */
  revoked: boolean;
}

/**
 * Keeps the terminal in step with its hub: events up and acknowledged, the roster down, for ever, with a pause after
 * each failure. The ledger is the only queue; nothing here has to survive.
 */
export class SyncClient {
  readonly #parts: SyncParts;
  #session: Session | null = null;
  #timer: Timer | null = null;
  #stopped = true;
  #failures = 0;
  /** As last told: it changes with every event and acknowledgement, and is told with each. */
  #unsent = 0;
  #hintMs = 0;
  #downSinceWallMs: number;
  /** The code last logged: a hub that refuses the same way every minute is one line, not a line a minute. */
  #loggedCode: string | null = null;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#downSinceWallMs = parts.wallClock.wallMs();
  }

  start(): void {
    this.#stopped = false;
    void this.#connect();
  }

  /** Closes the link and tries no more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#end(CLOSE_GOING, "going");
  }

  /** A new event is in the ledger: send it now if the link is up, and tell how many wait. */
  poke(): void {
    const session = this.#session;
    if (session?.phase === "up") void this.#pump(session);
    else void this.#report();
  }

  async #connect(): Promise<void> {
    const { connect, ledger, scheduler, identity, software } = this.#parts;
    try {
      const status = await ledger.status();
      const link = await connect();
      if (this.#stopped) {
        link.close(CLOSE_GOING, "going");
        return;
      }
      const session: Session = {
        link,
        phase: "greeting",
        sentSeq: 0,
        inFlight: [],
        pumping: false,
        wanted: false,
        inbox: 0,
        handling: Promise.resolve(),
        heardMs: scheduler.nowMs(),
        revoked: false,
      };
      this.#session = session;
      link.listen({
        message: (text) => this.#receive(session, text),
        closed: (_code, reason) => this.#closed(session, reason),
      });
      this.#timer = scheduler.after(HANDSHAKE_TIMEOUT_MS, () => this.#drop(session, "sync.handshake"));
      link.send(
        encodeMessage({
          type: "hello",
          versions: [PROTOCOL_VERSION],
          terminal: identity.paired.terminal,
          software,
          store: status.store,
          lastSeq: status.head.seq,
          lastHash: status.head.hash,
          prunedSeq: status.prunedSeq,
          rosterRevision: status.roster?.revision ?? 0,
        }),
      );
    } catch (error) {
      this.#retry(codeOf(error));
    }
  }

  #receive(session: Session, text: string): void {
    if (session.phase === "over") return;
    session.heardMs = this.#parts.scheduler.nowMs();
    if (session.inbox >= MAX_INBOX) {
      this.#drop(session, "sync.inbox");
      return;
    }
    const decoded = decodeHubMessage(text);
    if (!decoded.ok) {
      this.#drop(session, decoded.code);
      return;
    }
    session.inbox += 1;
    // Strictly one after the other: a page must be on disk before the end of its snapshot is looked at.
    session.handling = session.handling.then(async () => {
      try {
        if (session.phase !== "over") await this.#handle(session, decoded.message);
      } catch (error) {
        this.#drop(session, codeOf(error));
      }
      session.inbox -= 1;
    });
  }

  async #handle(session: Session, message: HubMessage): Promise<void> {
    const { ledger, identity, scheduler } = this.#parts;
    switch (message.type) {
      case "challenge": {
        const signature = signBytes(
          identity.privateKey,
          challengeBytes(identity.paired.terminal, message.nonce),
        );
        session.link.send(encodeMessage({ type: "proof", signature }));
        return;
      }
      case "welcome":
        await this.#welcomed(session, message.ackedSeq);
        return;
      case "ack":
        await ledger.acknowledge(message.seq);
        while ((session.inFlight[0] ?? Infinity) <= message.seq) session.inFlight.shift();
        if (session.revoked) await this.#leave(session);
        void this.#pump(session);
        return;
      case "pulse":
        return;
      case "rosterBegin":
        await ledger.beginSnapshot(message);
        return;
      case "rosterPage":
        await ledger.addPage(message.revision, message.people, scheduler.nowMs());
        return;
      case "rosterEnd":
        await ledger.commitSnapshot(message.revision);
        this.#parts.onRoster();
        return;
      case "rosterDelta": {
        const { directoryChanged } = await ledger.applyDelta(message, scheduler.nowMs());
        if (directoryChanged) this.#parts.onRoster();
        else this.#parts.onPeople(...peopleOf(message.upserts));
        return;
      }
      case "revoked":
        await this.#revoked(session, message.proof);
        return;
      case "refused":
        if (session.revoked && message.code === "terminal.revoked") {
          this.#gone();
          return;
        }
        this.#hintMs = message.retryAfterMs;
        this.#drop(session, message.code);
        return;
      case "command":
      case "renew":
      case "claimed":
        this.#drop(session, "protocol.unexpected");
        return;
    }
  }

  /**
   * The roster goes at once, so that nobody punches any more; then what waits is sent, as long as the hub takes it. A link
   * that ends before is made anew, and the hub says it again.
   */
  async #revoked(session: Session, proof: string): Promise<void> {
    const { ledger, identity, log } = this.#parts;
    const { terminal, terminalKey } = identity.paired;
    if (!isRevocation(Buffer.from(terminalKey, "base64"), terminal, proof)) {
      // Whoever says this is not our hub, or somebody sits between.
      this.#drop(session, "sync.revocation-unproved");
      return;
    }
    log.warn({ code: "terminal.revoked" }, "the hub took this terminal's place away: its roster is wiped");
    session.revoked = true;
    await ledger.wipeRoster();
    this.#parts.onRoster();
    await this.#leave(session);
  }

  /** Once nothing waits to be sent. */
  async #leave(session: Session): Promise<void> {
    const { unsent } = await this.#parts.ledger.status();
    if (session.phase === "up" && unsent === 0) this.#gone();
  }

  #gone(): void {
    this.stop();
    this.#parts.onRevoked();
  }

  /** The roster could not be read and was forgotten: asks the hub for it on a new link. */
  rosterLost(): void {
    const session = this.#session;
    if (session !== null) this.#drop(session, "roster.sealed");
  }

  async #welcomed(session: Session, ackedSeq: number): Promise<void> {
    const { log, ledger } = this.#parts;
    const status = await ledger.status();
    if (ackedSeq > status.head.seq) {
      // The card lost what it had acknowledged as written. A later issue begins a new store here; nothing may be sent.
      this.#drop(session, "sync.hub-ahead");
      return;
    }
    session.phase = "up";
    session.sentSeq = ackedSeq;
    this.#failures = 0;
    this.#hintMs = 0;
    this.#loggedCode = null;
    log.info({ ackedSeq }, "hub link up");
    this.#timer?.cancel();
    this.#timer = null;
    await ledger.acknowledge(ackedSeq);
    await this.#pump(session);
  }

  /** Sends what the ledger holds beyond the last batch, as far as the limits allow. */
  async #pump(session: Session): Promise<void> {
    session.wanted = true;
    if (session.pumping) return;
    session.pumping = true;
    try {
      while (session.wanted && session.phase === "up" && this.#hasRoom(session)) {
        session.wanted = false;
        const run = await this.#parts.ledger.unsent(
          session.sentSeq,
          MAX_EVENTS_PER_BATCH,
          MAX_BATCH_EVENT_BYTES,
        );
        if (run.events.length === 0) continue;
        const { identity } = this.#parts;
        const { store } = await this.#parts.ledger.status();
        const signature = signBytes(
          identity.privateKey,
          chainHeadBytes(identity.paired.terminal, store, run.head),
        );
        session.link.send(encodeMessage({ type: "events", events: [...run.events], signature }));
        session.sentSeq = run.head.seq;
        session.inFlight.push(run.head.seq);
        session.wanted = true;
      }
    } catch (error) {
      this.#drop(session, codeOf(error));
    } finally {
      session.pumping = false;
    }
    await this.#report();
  }

  #hasRoom(session: Session): boolean {
    return (
      session.inFlight.length < MAX_BATCHES_IN_FLIGHT && session.link.bufferedBytes() < MAX_BUFFERED_BYTES
    );
  }

  /** Tells the hub that this terminal is there, and ends a link that has gone quiet. To be called every HEARTBEAT_MS. */
  beat(): void {
    const session = this.#session;
    if (session?.phase !== "up") return;
    const { scheduler, wallClock } = this.#parts;
    if (scheduler.nowMs() - session.heardMs > SILENCE_LIMIT_MS) {
      session.link.close(CLOSE_SILENT, "silent");
      this.#drop(session, "sync.silent");
      return;
    }
    session.link.send(
      encodeMessage({
        type: "status",
        unsent: this.#unsent,
        pendingEvents: 0,
        wallMs: wallClock.wallMs(),
        clock: "set",
        disk: "well",
        setAside: 0,
        echo: null,
      }),
    );
  }

  #drop(session: Session, code: string): void {
    if (session.phase === "over") return;
    session.link.close(CLOSE_REFUSED, code);
    this.#closed(session, code);
  }

  #closed(session: Session, reason: string): void {
    if (session.phase === "over") return;
    if (session.phase === "up") this.#downSinceWallMs = this.#parts.wallClock.wallMs();
    session.phase = "over";
    this.#session = null;
    this.#retry(CODE_PATTERN.test(reason) ? reason : "sync.closed");
  }

  #end(code: number, reason: string): void {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    session.phase = "over";
    session.link.close(code, reason);
  }

  #retry(code: string): void {
    if (this.#stopped) return;
    const { scheduler, random, log } = this.#parts;
    if (code !== this.#loggedCode) log.warn({ code }, "no link to the hub; trying again");
    this.#loggedCode = code;
    void this.#report();
    this.#timer?.cancel();
    this.#timer = scheduler.after(pauseMs(this.#failures, this.#hintMs, random), () => void this.#connect());
    this.#failures += 1;
  }

  /** Tells the terminal how the link is and how much waits. A store that fails says so elsewhere. */
  async #report(): Promise<void> {
    try {
      const { unsent } = await this.#parts.ledger.status();
      if (this.#stopped) return;
      this.#unsent = unsent;
      const up = this.#session?.phase === "up";
      this.#parts.onLink(
        up ? { link: "up", unsent } : { link: "down", unsent, sinceWallMs: this.#downSinceWallMs },
      );
    } catch (error) {
      this.#parts.log.error({ code: codeOf(error) }, "the ledger did not answer");
    }
  }
}

/** Who is in a delta, and who of them may only leave. */
function peopleOf(
  upserts: readonly RosterPerson[],
): [people: readonly PersonId[], leaving: readonly PersonId[]] {
  const leaving = upserts.filter((each) => each.leaving === true);
  return [upserts.map(({ person }) => person), leaving.map(({ person }) => person)];
}
