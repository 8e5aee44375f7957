import { codeOf } from "../../protocol/errors.ts";
import { challengeBytes } from "../../protocol/identity.ts";
import { eventSeq, type KioskId, type StoreId, type TerminalId } from "../../protocol/ids.ts";
import {
  HANDSHAKE_TIMEOUT_MS,
  MAX_BATCHES_IN_FLIGHT,
  MAX_BUFFERED_BYTES,
  SILENCE_LIMIT_MS,
} from "../../protocol/limits.ts";
import {
  CLOSE_GOING,
  CLOSE_REFUSED,
  CLOSE_REPLACED,
  CLOSE_SILENT,
  encodeMessage,
  PROTOCOL_VERSION,
  type HubMessage,
  type TerminalMessage,
} from "../../protocol/messages.ts";
import type { Link, Scheduler, Timer } from "../../protocol/seams.ts";
import type { HubContext } from "../context.ts";
import { rosterUpdate } from "../kiosks/roster.ts";
import type { HubLog } from "../log.ts";
import { isSignedBy, type Refusal } from "../punches/batch.ts";
import { ingestEvents } from "../punches/ingest.ts";
import { revocationProof } from "../../protocol/revocation.ts";
import { redeemClaim } from "../terminals/claims.ts";
import { findTerminal, greetTerminal, noteStatus, type Terminal } from "../terminals/terminals.ts";
import { noteTold } from "../terminals/unpair.ts";
import { receiveMessage, RETRY_AFTER_MS } from "./receive.ts";
import type { RefusalLog } from "./refusals.ts";
import type { RegisteredSession, SessionRegistry } from "./registry.ts";
import { WorkQueue } from "./work-queue.ts";

/** What all sessions of a hub share. */
export interface SessionHost {
  readonly context: HubContext;
  readonly scheduler: Scheduler;
  readonly registry: SessionRegistry;
  readonly refusals: RefusalLog;
  readonly log: HubLog;
}

/** Messages that may wait while one is handled: all batches a terminal may have under way, and some of everything else. */
export const MAX_QUEUED_MESSAGES = 2 * MAX_BATCHES_IN_FLIGHT;
const NONCE_BYTES = 32;

type HelloMessage = Extract<TerminalMessage, { type: "hello" }>;

type Phase =
  | { readonly phase: "greeting"; readonly hasClaimed: boolean }
  | {
      readonly phase: "proving";
      readonly hello: HelloMessage;
      readonly terminal: Terminal;
      readonly nonce: string;
    }
  | {
      readonly phase: "open";
      readonly terminal: Terminal;
      readonly store: StoreId;
      revision: number;
      ackedSeq: number;
      /** The newest event that it said it has. */
      lastSeq: number;
      /** Its place was taken away, and it was told. */
      isTold: boolean;
    }
  | { readonly phase: "ended" };

/**
 * One terminal's connection, from its first message to its last (protocol/messages.ts has the picture). Messages are
 * handled strictly one after the other. Whatever a peer sends, the worst that happens is that its own link is closed.
 */
export class TerminalSession implements RegisteredSession {
  readonly #host: SessionHost;
  readonly #link: Link;
  readonly #peer: string;
  readonly #queue: WorkQueue;
  readonly #openedAtMs: number;
  #lastMessageAtMs: number;
  #phase: Phase = { phase: "greeting", hasClaimed: false };
  #watch: Timer;
  /** A roster newer than the terminal's is known and not yet on its way. */
  #isRosterDue = false;
  #isRevoked = false;

  /** Listens on `link` at once. `peer` is an address, for the log. */
  constructor(host: SessionHost, link: Link, peer: string) {
    this.#host = host;
    this.#link = link;
    this.#peer = peer;
    this.#queue = new WorkQueue(MAX_QUEUED_MESSAGES, (error) => this.#fail(error));
    this.#openedAtMs = host.scheduler.nowMs();
    this.#lastMessageAtMs = this.#openedAtMs;
    this.#watch = host.scheduler.after(HANDSHAKE_TIMEOUT_MS, () => this.#checkTime());
    host.registry.opened(this);
    link.listen({
      message: (text) => this.#received(text),
      closed: () => this.#end(),
    });
  }

  get terminal(): TerminalId {
    return this.#openPhase().terminal.id;
  }

  get kiosk(): KioskId {
    return this.#openPhase().terminal.kiosk;
  }

  /** True once the terminal has proved itself and until the link ends. */
  get isOpen(): boolean {
    return this.#phase.phase === "open";
  }

  replaced(): void {
    this.#close(CLOSE_REPLACED, "replaced by a newer connection");
  }

  goingDown(): void {
    this.#close(CLOSE_GOING, "the hub is going down");
  }

  rosterChanged(): void {
    if (this.#isRosterDue) return;
    this.#isRosterDue = true;
    // A full queue is no harm: the roster is tried again at the next status.
    this.#queue.add(() => this.#sendRoster());
  }

  standingChanged(): void {
    const isTaken = this.#queue.add(() => this.#followStanding());
    // It is told when it comes again.
    if (!isTaken) this.#close(CLOSE_REFUSED, "terminal.revoked");
  }

  #received(text: string): void {
    if (this.#phase.phase === "ended") return;
    this.#lastMessageAtMs = this.#host.scheduler.nowMs();
    const received = receiveMessage(text);
    if (!received.ok) {
      this.#refuse(received.refusal);
      return;
    }
    const isTaken = this.#queue.add(() => this.#handle(received.message));
    if (!isTaken) {
      this.#refuse({ code: "protocol.unexpected", detail: "more messages than may be under way" });
    }
  }

  async #handle(message: TerminalMessage): Promise<void> {
    const current = this.#phase;
    if (current.phase === "ended") return;
    if (current.phase === "greeting" && message.type === "claim" && !current.hasClaimed) {
      await this.#claim(message);
    } else if (current.phase === "greeting" && message.type === "hello") {
      await this.#challenge(message);
    } else if (current.phase === "proving" && message.type === "proof") {
      await this.#welcome(current, message.signature);
    } else if (current.phase === "open" && message.type === "events") {
      await this.#ingest(current, message);
    } else if (current.phase === "open" && message.type === "status") {
      if (current.isTold) {
        this.#refuse({ code: "terminal.revoked", detail: "this terminal was unpaired" });
        return;
      }
      current.lastSeq = Math.max(current.lastSeq, current.ackedSeq + message.unsent);
      await noteStatus(this.#host.context, current.terminal.id, message);
      this.#send({ type: "pulse", hubTimeMs: this.#host.context.wallClock.wallMs() });
      if (this.#isRosterDue) await this.#sendRoster();
    } else {
      this.#refuse({
        code: "protocol.unexpected",
        detail: `"${message.type}" is not due while ${current.phase}`,
      });
    }
  }

  async #claim(message: Extract<TerminalMessage, { type: "claim" }>): Promise<void> {
    const claimed = await redeemClaim(this.#host.context, message);
    if (claimed === null) {
      this.#refuse({ code: "claim.refused", detail: "the claim token is unknown, used or too old" });
      return;
    }
    if (this.#phase.phase === "ended") return;
    this.#phase = { phase: "greeting", hasClaimed: true };
    const terminalKey = Buffer.from(claimed.terminalKey).toString("base64");
    this.#send({ type: "claimed", terminal: claimed.terminal, terminalKey });
  }

  async #challenge(hello: HelloMessage): Promise<void> {
    const terminal = await findTerminal(this.#host.context.store.queries, hello.terminal);
    if (this.#isEnded()) return;
    if (terminal === null) {
      this.#refuse({ code: "terminal.unknown", detail: "this hub never paired such a terminal" });
    } else {
      // Also one whose place was taken away: it is told once it has proved who it is.
      const nonce = Buffer.from(this.#host.context.random.bytes(NONCE_BYTES)).toString("base64");
      this.#phase = { phase: "proving", hello, terminal, nonce };
      this.#send({ type: "challenge", nonce });
    }
  }

  async #welcome(proving: Extract<Phase, { phase: "proving" }>, signature: string): Promise<void> {
    const { hello, terminal, nonce } = proving;
    if (!isSignedBy(terminal.public_key, challengeBytes(terminal.id, nonce), signature)) {
      this.#refuse({ code: "terminal.proof", detail: "the signature is not this terminal's" });
      return;
    }
    if (terminal.stolen === 1) {
      await this.#turnAway(terminal);
      return;
    }
    const greeting = await greetTerminal(this.#host.context, terminal.id, hello);
    if (this.#isEnded()) return;
    if (greeting.standing === "forked") {
      // It has nothing to hand in that could be taken.
      if (terminal.revoked === 1) await this.#turnAway(terminal);
      else this.#refuse({ code: "events.fork", detail: "this store has a fork that an admin must settle" });
      return;
    }
    // A terminal fresh from its claim may still hold the revision of another kiosk.
    const revision = terminal.last_seen_ms === null ? 0 : hello.rosterRevision;
    const { ackedSeq } = greeting;
    const known = { terminal, store: hello.store, revision, ackedSeq, lastSeq: hello.lastSeq };
    this.#phase = { phase: "open", ...known, isTold: false };
    this.#host.registry.proved(this);
    this.#host.log.info({ terminal: terminal.id, peer: this.#peer }, "terminal connected");
    this.#send({
      type: "welcome",
      version: PROTOCOL_VERSION,
      ackedSeq,
      hubTimeMs: this.#host.context.wallClock.wallMs(),
    });
    await this.#followStanding();
    await this.#sendRoster();
  }

  async #ingest(
    open: Extract<Phase, { phase: "open" }>,
    batch: Extract<TerminalMessage, { type: "events" }>,
  ): Promise<void> {
    const { id, kiosk, public_key: publicKey } = open.terminal;
    const source = { terminal: id, kiosk, publicKey, store: open.store };
    const ingested = await ingestEvents(this.#host.context, source, batch);
    if (!ingested.ok) {
      this.#refuse(ingested.refusal);
      return;
    }
    if (ingested.ackedSeq === 0) return;
    this.#send({ type: "ack", seq: eventSeq.parse(ingested.ackedSeq) });
    open.ackedSeq = ingested.ackedSeq;
    if (this.#isRevoked) await this.#followStanding();
  }

  /** Does what is due when the terminal's place was taken away: takes the rest of its events first, unless it is stolen. */
  async #followStanding(): Promise<void> {
    const open = this.#phase;
    if (open.phase !== "open" || open.isTold) return;
    const terminal = await findTerminal(this.#host.context.store.queries, open.terminal.id);
    if (this.#isEnded() || terminal === null || terminal.revoked === 0) return;
    this.#isRevoked = true;
    if (terminal.stolen === 1) {
      await this.#turnAway(terminal);
    } else if (open.ackedSeq >= open.lastSeq) {
      open.isTold = true;
      await this.#tellRevoked(terminal);
    }
  }

  async #turnAway(terminal: Terminal): Promise<void> {
    await this.#tellRevoked(terminal);
    this.#refuse({ code: "terminal.revoked", detail: "this terminal was unpaired or reported stolen" });
  }

  async #tellRevoked({ id, key_epoch: epoch }: Terminal): Promise<void> {
    const { context, log } = this.#host;
    this.#send({ type: "revoked", proof: revocationProof(context.secrets.terminalKey(id, epoch), id) });
    log.info({ terminal: id }, "terminal told that its place is taken away");
    await noteTold(context, id);
  }

  async #sendRoster(): Promise<void> {
    const open = this.#phase;
    if (open.phase !== "open") return;
    if (this.#link.bufferedBytes() > MAX_BUFFERED_BYTES) {
      this.#isRosterDue = true;
      return;
    }
    // Cleared first: a change during the read makes the roster due again.
    this.#isRosterDue = false;
    const { terminal } = open;
    const { context } = this.#host;
    const reader = {
      terminal: terminal.id,
      kiosk: terminal.kiosk,
      store: open.store,
      terminalKey: context.secrets.terminalKey(terminal.id, terminal.key_epoch),
    };
    const update = await rosterUpdate(context, reader, open.revision);
    open.revision = update.revision;
    for (const message of update.messages) this.#send(message);
  }

  #send(message: HubMessage): void {
    if (this.#phase.phase !== "ended") this.#link.send(encodeMessage(message));
  }

  #refuse(refusal: Refusal): void {
    if (this.#isEnded()) return;
    this.#host.refusals.refused(this.#peer, refusal.code, refusal.detail);
    const retryAfterMs = RETRY_AFTER_MS[refusal.code];
    this.#send({ type: "refused", code: refusal.code, message: refusal.detail, retryAfterMs });
    this.#close(CLOSE_REFUSED, refusal.code);
  }

  /** A job failed for a reason of the hub's own. */
  #fail(error: unknown): void {
    this.#host.log.error(
      { code: codeOf(error), peer: this.#peer },
      "a terminal's message could not be handled",
    );
    this.#refuse({ code: "hub.unavailable", detail: "the hub cannot take this now" });
  }

  #checkTime(): void {
    const isProved = this.#phase.phase === "open";
    const dueMs = isProved
      ? this.#lastMessageAtMs + SILENCE_LIMIT_MS
      : this.#openedAtMs + HANDSHAKE_TIMEOUT_MS;
    const leftMs = dueMs - this.#host.scheduler.nowMs();
    if (leftMs > 0) {
      this.#watch = this.#host.scheduler.after(leftMs, () => this.#checkTime());
    } else if (isProved) {
      this.#close(CLOSE_SILENT, "nothing was heard for too long");
    } else {
      this.#refuse({ code: "protocol.timeout", detail: "the terminal did not prove itself in time" });
    }
  }

  #close(code: number, reason: string): void {
    this.#link.close(code, reason);
    this.#end();
  }

  #end(): void {
    if (this.#isEnded()) return;
    this.#watch.cancel();
    this.#queue.clear();
    this.#host.registry.ended(this);
    if (this.#phase.phase === "open") {
      this.#host.log.info({ terminal: this.#phase.terminal.id }, "terminal disconnected");
    }
    this.#phase = { phase: "ended" };
  }

  #isEnded(): boolean {
    return this.#phase.phase === "ended";
  }

  #openPhase(): Extract<Phase, { phase: "open" }> {
    if (this.#phase.phase !== "open") throw new RangeError("only an open session has a terminal");
    return this.#phase;
  }
}
