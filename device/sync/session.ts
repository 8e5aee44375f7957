import { codeOf } from "../../protocol/errors.ts";
import { challengeBytes, signBytes } from "../../protocol/identity.ts";
import { HANDSHAKE_TIMEOUT_MS } from "../../protocol/limits.ts";
import {
  CLOSE_GOING,
  CLOSE_REFUSED,
  CLOSE_SILENT,
  decodeHubMessage,
  encodeMessage,
  PROTOCOL_VERSIONS,
  type HubMessage,
  type RenewReason,
} from "../../protocol/messages.ts";
import { isRevocation } from "../../protocol/revocation.ts";
import type { Link, Timer } from "../../protocol/seams.ts";
import type { NewStoreReason } from "../ledger/new-store.ts";
import type { StoreHealth, StoreStatus } from "../ledger/store.ts";
import type { Absence } from "./backoff.ts";
import { Commands } from "./commands.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Inbox } from "./inbox.ts";
import type { NewStores } from "./new-stores.ts";
import type { SyncParts } from "./parts.ts";
import { Sender } from "./sender.ts";
import { takeRoster, type RosterMessage } from "./take-roster.ts";

/** A close reason is the peer's text: only what looks like one of our codes is taken for one. */
const CODE_PATTERN = /^[a-z]+(?:[.-][a-z]+)+$/;

const STORE_REASONS: Readonly<Record<RenewReason, NewStoreReason>> = {
  fork: "store.forked",
  ended: "store.ended",
};

/** How a link ended. */
export interface Ending {
  readonly code: string;
  readonly why: Absence;
  /** What the hub asked for. */
  readonly hintMs: number;
}

export interface SessionHooks {
  /** The hub knows this terminal and takes its events. */
  readonly up: () => void;
  /** The ledger, or what the hub has of it, may be different now. */
  readonly progress: () => void;
  /** Called once, unless the end was asked for by `stop`. */
  readonly over: (ending: Ending) => void;
  /** This terminal has no place any more, and nothing is left to be sent. */
  readonly gone: () => void;
}

type WorkMessage = RosterMessage | Extract<HubMessage, { type: "ack" | "pulse" | "command" }>;

interface Received {
  readonly message: HubMessage;
  readonly atMs: number;
}

/**
 * One link's life, from hello to its end. It is for one store: the next link gets a session of its own, so that nothing the hub
 * said on an old link can reach a new store.
 */
export class SyncSession {
  readonly #parts: SyncParts;
  readonly #link: Link;
  readonly #hooks: SessionHooks;
  readonly #newStores: NewStores;
  readonly #store: StoreStatus["store"];
  readonly #inbox: Inbox<Received>;
  readonly #heartbeat: Heartbeat;
  readonly #sender: Sender;
  readonly #commands: Commands;
  readonly #timeout: Timer;
  #phase: "greeting" | "up" | "over" = "greeting";
  #wasUp = false;
  #provedMs: number | null = null;
  /** The hub took this terminal's place away; it takes what waits to be sent, or says that it does not. */
  #isRevoked = false;

  constructor(parts: SyncParts, link: Link, status: StoreStatus, newStores: NewStores, hooks: SessionHooks) {
    const { ledger, identity, scheduler } = parts;
    this.#parts = parts;
    this.#link = link;
    this.#hooks = hooks;
    this.#newStores = newStores;
    this.#store = status.store;
    this.#heartbeat = new Heartbeat(parts, link);
    this.#sender = new Sender({ ledger, identity, link, store: status.store });
    this.#commands = new Commands(parts, link, (afterSeq) => {
      this.#sender.resend(afterSeq);
      void this.pump();
    });
    this.#inbox = new Inbox(async ({ message, atMs }) => {
      try {
        if (!this.#isOver()) await this.#handle(message, atMs);
      } catch (error) {
        this.#fail(error);
      }
    });
    this.#timeout = scheduler.after(HANDSHAKE_TIMEOUT_MS, () => this.drop("sync.handshake"));
    link.listen({
      message: (text) => this.#receive(text),
      closed: (code, reason) =>
        this.#end({
          code: CODE_PATTERN.test(reason) ? reason : "sync.closed",
          why: code === CLOSE_GOING ? "going" : "failed",
          hintMs: 0,
        }),
    });
    this.#hello(status);
  }

  get isUp(): boolean {
    return this.#phase === "up";
  }

  /** Also once it is over. */
  get wasUp(): boolean {
    return this.#wasUp;
  }

  /** There may be something to send. */
  async pump(): Promise<void> {
    try {
      if (this.isUp) await this.#sender.pump();
    } catch (error) {
      this.#fail(error);
    }
    this.#hooks.progress();
  }

  /** How the ledger is, as just asked. Another store has begun in it: this link is of no use any more. */
  looked({ store }: StoreStatus): void {
    if (store !== this.#store) this.#drop({ code: "sync.new-store", why: "anew", hintMs: 0 });
  }

  /** There are events of this store that were never sent on this link. */
  lags({ store, head }: StoreStatus): boolean {
    return this.isUp && store === this.#store && head.seq > this.#sender.sentSeq;
  }

  /** Tells the hub that this terminal is there, and ends a link that has gone quiet. */
  beat(unsent: number, health: StoreHealth): void {
    if (!this.isUp) return;
    if (this.#heartbeat.isSilent) {
      this.#link.close(CLOSE_SILENT, "silent");
      this.drop("sync.silent");
      return;
    }
    this.#heartbeat.tell(unsent, health);
  }

  /** Ends the link; another one is made. */
  drop(code: string): void {
    this.#drop({ code, why: "failed", hintMs: 0 });
  }

  /** Ends the link for good: nobody is told. */
  stop(): void {
    if (this.#isOver()) return;
    this.#settle();
    this.#link.close(CLOSE_GOING, "going");
  }

  #hello({ store, head, prunedSeq, roster }: StoreStatus): void {
    const { identity, software } = this.#parts;
    this.#link.send(
      encodeMessage({
        type: "hello",
        versions: [...PROTOCOL_VERSIONS],
        terminal: identity.paired.terminal,
        software,
        store,
        lastSeq: head.seq,
        lastHash: head.hash,
        prunedSeq,
        rosterRevision: roster?.revision ?? 0,
      }),
    );
  }

  #receive(text: string): void {
    if (this.#isOver()) return;
    this.#heartbeat.heard();
    const decoded = decodeHubMessage(text);
    if (!decoded.ok) this.drop(decoded.code);
    else if (!this.#inbox.add({ message: decoded.message, atMs: this.#parts.scheduler.nowMs() }))
      this.drop("sync.inbox");
  }

  async #handle(message: HubMessage, atMs: number): Promise<void> {
    switch (message.type) {
      case "challenge":
        this.#prove(message.nonce, atMs);
        return;
      case "welcome":
        await this.#welcomed(message, atMs);
        return;
      case "renew":
        await this.#beginStore(STORE_REASONS[message.reason]);
        return;
      case "revoked":
        await this.#revoked(message.proof);
        return;
      case "refused":
        if (this.#isRevoked && message.code === "terminal.revoked") this.#gone();
        else this.#drop({ code: message.code, why: "failed", hintMs: message.retryAfterMs });
        return;
      case "claimed":
        this.drop("protocol.unexpected");
        return;
      default:
        if (this.isUp) await this.#work(message, atMs);
        else this.drop("protocol.unexpected");
    }
  }

  /** What only comes once the terminal is welcome. */
  async #work(message: WorkMessage, atMs: number): Promise<void> {
    switch (message.type) {
      case "ack":
        await this.#sender.acknowledged(message);
        if (this.#isRevoked) await this.#leave();
        void this.pump();
        return;
      case "pulse":
        this.#heartbeat.pulsed(message, atMs);
        return;
      case "command":
        void this.#commands.run(message);
        return;
      default:
        await takeRoster(this.#parts, this.#store, message);
    }
  }

  #prove(nonce: string, atMs: number): void {
    if (this.#provedMs !== null) {
      this.drop("protocol.unexpected");
      return;
    }
    const { terminal } = this.#parts.identity.paired;
    const signature = signBytes(this.#parts.identity.privateKey, challengeBytes(terminal, nonce));
    this.#provedMs = atMs;
    this.#link.send(encodeMessage({ type: "proof", signature }));
  }

  async #welcomed(
    { version, ackedSeq, hubTimeMs }: Extract<HubMessage, { type: "welcome" }>,
    atMs: number,
  ): Promise<void> {
    if (this.#provedMs === null || this.isUp) {
      this.drop("protocol.unexpected");
      return;
    }
    if (!PROTOCOL_VERSIONS.includes(version)) {
      this.drop("protocol.version");
      return;
    }
    const { ledger, log, onHubTime } = this.#parts;
    onHubTime({ hubTimeMs, monotonicMs: atMs, roundTripMs: atMs - this.#provedMs });
    try {
      await ledger.resume(ackedSeq, this.#store);
    } catch (error) {
      if (codeOf(error) !== "ledger.ack") throw error;
      // The card lost what it had said was written, or is an older copy of itself.
      await this.#beginStore("store.hub-ahead");
      return;
    }
    const pending = await ledger.pendingStores();
    if (this.#isOver()) return;
    this.#timeout.cancel();
    this.#phase = "up";
    this.#wasUp = true;
    log.info({ ackedSeq }, "hub link up");
    this.#sender.begin(ackedSeq, pending);
    this.#hooks.up();
    await this.pump();
  }

  /** The old store's events are offered to the hub on the next link, as those of an earlier one. */
  async #beginStore(reason: NewStoreReason): Promise<void> {
    const { ledger, log, scheduler } = this.#parts;
    if (!this.#newStores.take(scheduler.nowMs())) {
      this.drop("sync.new-stores");
      return;
    }
    log.warn({ code: reason }, "the ledger's store cannot go on: beginning another one");
    await ledger.beginStore(reason, this.#store);
    this.looked(await ledger.status());
    this.#hooks.progress();
  }

  /**
   * The roster goes at once, so that nobody punches any more; then what waits is sent, as long as the hub takes it. A link
   * that ends before is made anew, and the hub says it again.
   */
  async #revoked(proof: string): Promise<void> {
    const { ledger, identity, log, onRoster } = this.#parts;
    const { terminal, terminalKey } = identity.paired;
    if (!isRevocation(Buffer.from(terminalKey, "base64"), terminal, proof)) {
      // Whoever says this is not our hub, or somebody sits between.
      this.drop("sync.revocation-unproved");
      return;
    }
    log.warn({ code: "terminal.revoked" }, "the hub took this terminal's place away: its roster is wiped");
    this.#isRevoked = true;
    await ledger.wipeRoster();
    onRoster();
    await this.#leave();
  }

  /** Once nothing waits to be sent. */
  async #leave(): Promise<void> {
    const { unsent } = await this.#parts.ledger.status();
    if (this.isUp && unsent === 0 && this.#sender.isSettled) this.#gone();
  }

  #gone(): void {
    this.stop();
    this.#hooks.gone();
  }

  #fail(error: unknown): void {
    const code = codeOf(error);
    // What was meant for this link's store did not reach the next one.
    if (code === "store.other") this.#drop({ code: "sync.new-store", why: "anew", hintMs: 0 });
    else this.drop(code);
  }

  #drop(ending: Ending): void {
    if (this.#isOver()) return;
    this.#link.close(CLOSE_REFUSED, ending.code);
    this.#end(ending);
  }

  #end(ending: Ending): void {
    if (this.#isOver()) return;
    this.#settle();
    this.#hooks.over(ending);
  }

  #settle(): void {
    this.#phase = "over";
    this.#timeout.cancel();
    this.#sender.end();
  }

  #isOver(): boolean {
    return this.#phase === "over";
  }
}
