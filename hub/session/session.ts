import { codeOf } from "../../protocol/errors.ts";
import type { KioskId, TerminalId } from "../../protocol/ids.ts";
import { HANDSHAKE_TIMEOUT_MS, MAX_BATCHES_IN_FLIGHT, SILENCE_LIMIT_MS } from "../../protocol/limits.ts";
import {
  CLOSE_GOING,
  CLOSE_REFUSED,
  CLOSE_REPLACED,
  CLOSE_SILENT,
  encodeMessage,
  PROTOCOL_VERSIONS,
  type Command,
  type HubMessage,
  type TerminalMessage,
} from "../../protocol/messages.ts";
import type { Link, Scheduler, Timer } from "../../protocol/seams.ts";
import type { HubContext } from "../context.ts";
import type { HubLog } from "../log.ts";
import type { Refusal } from "../punches/batch.ts";
import type { TerminalHealth } from "../terminals/list.ts";
import { offline } from "./commands.ts";
import { Handshake } from "./handshake.ts";
import { OpenSession } from "./open-session.ts";
import { GOING_RETRY_MS, receiveMessage, RETRY_AFTER_MS } from "./receive.ts";
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
  /** Left out: all that this software speaks. */
  readonly versions?: readonly number[];
}

/** What the parts of a session do with its link. */
export interface SessionWire {
  readonly peer: string;
  readonly isEnded: boolean;
  send(message: HubMessage): void;
  /** Says why, and when to come again, and closes. */
  refuse(refusal: Refusal): void;
  bufferedBytes(): number;
}

/** A message, and when it came: waiting for its turn is not part of its way. */
export interface Arrived<Message = TerminalMessage> {
  readonly message: Message;
  /** The scheduler's time, and the wall clock's. */
  readonly atMs: number;
  readonly atWallMs: number;
}

/** Messages that may wait while one is handled: all batches a terminal may have under way, and some of everything else. */
export const MAX_QUEUED_MESSAGES = 2 * MAX_BATCHES_IN_FLIGHT;

type Phase =
  | { readonly phase: "greeting"; readonly handshake: Handshake }
  | { readonly phase: "open"; readonly open: OpenSession }
  | { readonly phase: "ended" };

/**
 * One terminal's connection, from its first message to its last (protocol/messages.ts has the picture). Messages are
 * handled strictly one after the other. Whatever a peer sends, the worst that happens is that its own link is closed.
 */
export class TerminalSession implements RegisteredSession {
  readonly #host: SessionHost;
  readonly #link: Link;
  readonly #wire: SessionWire;
  readonly #queue: WorkQueue;
  readonly #openedAtMs: number;
  #lastMessageAtMs: number;
  #phase: Phase;
  #watch: Timer;

  /** Listens on `link` at once. `peer` is an address, for the log. */
  constructor(host: SessionHost, link: Link, peer: string) {
    this.#host = host;
    this.#link = link;
    const isEnded = (): boolean => this.#phase.phase === "ended";
    this.#wire = {
      peer,
      get isEnded() {
        return isEnded();
      },
      send: (message) => this.#send(message),
      refuse: (refusal) => this.#refuse(refusal),
      bufferedBytes: () => link.bufferedBytes(),
    };
    this.#queue = new WorkQueue(MAX_QUEUED_MESSAGES, (error) => this.#fail(error));
    this.#phase = { phase: "greeting", handshake: new Handshake(host, this.#wire) };
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
    return this.#open().terminal.id;
  }

  get kiosk(): KioskId {
    return this.#open().terminal.kiosk;
  }

  get health(): TerminalHealth {
    return this.#open().health;
  }

  /** True once the terminal has proved itself and until the link ends. */
  get isOpen(): boolean {
    return this.#phase.phase === "open";
  }

  command(command: Command): Promise<string> {
    return this.#phase.phase === "open" ? this.#phase.open.command(command) : Promise.reject(offline());
  }

  replaced(): void {
    this.#close(CLOSE_REPLACED, "replaced by a newer connection");
  }

  goingDown(): void {
    const message = "the hub is going down";
    this.#send({ type: "refused", code: "hub.unavailable", message, retryAfterMs: GOING_RETRY_MS });
    this.#close(CLOSE_GOING, message);
  }

  rosterChanged(): void {
    if (this.#phase.phase !== "open") return;
    const { open } = this.#phase;
    if (!open.rosterDue()) return;
    // A full queue is no harm: the roster is tried again at the next status.
    this.#queue.add(() => open.sendDueRoster());
  }

  standingChanged(): void {
    if (this.#phase.phase !== "open") return;
    const { open } = this.#phase;
    const isTaken = this.#queue.add(() => open.followStanding());
    // It is told when it comes again.
    if (!isTaken) this.#close(CLOSE_REFUSED, "terminal.revoked");
  }

  #received(text: string): void {
    if (this.#phase.phase === "ended") return;
    const { scheduler, context, versions } = this.#host;
    this.#lastMessageAtMs = scheduler.nowMs();
    const received = receiveMessage(text, versions ?? PROTOCOL_VERSIONS);
    if (!received.ok) {
      this.#refuse(received.refusal);
      return;
    }
    const { message } = received;
    const arrived = { message, atMs: this.#lastMessageAtMs, atWallMs: context.wallClock.wallMs() };
    if (!this.#queue.add(() => this.#handle(arrived))) {
      this.#refuse({ code: "protocol.unexpected", detail: "more messages than may be under way" });
    }
  }

  async #handle(arrived: Arrived): Promise<void> {
    const current = this.#phase;
    if (current.phase === "open") {
      await current.open.handle(arrived);
      return;
    }
    if (current.phase === "ended") return;
    const proved = await current.handshake.handle(arrived.message);
    if (proved === null || this.#wire.isEnded) return;
    const open = new OpenSession(this.#host, this.#wire, proved);
    this.#phase = { phase: "open", open };
    this.#host.registry.proved(this);
    this.#host.log.info({ terminal: proved.terminal.id, peer: this.#wire.peer }, "terminal connected");
    await open.begin();
  }

  #send(message: HubMessage): void {
    if (!this.#wire.isEnded) this.#link.send(encodeMessage(message));
  }

  #refuse(refusal: Refusal): void {
    if (this.#wire.isEnded) return;
    this.#host.refusals.refused(this.#wire.peer, refusal.code, refusal.detail);
    const retryAfterMs = RETRY_AFTER_MS[refusal.code];
    this.#send({ type: "refused", code: refusal.code, message: refusal.detail, retryAfterMs });
    this.#close(CLOSE_REFUSED, refusal.code);
  }

  /** A job failed for a reason of the hub's own. */
  #fail(error: unknown): void {
    this.#host.log.error(
      { code: codeOf(error), peer: this.#wire.peer },
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
    const current = this.#phase;
    if (current.phase === "ended") return;
    this.#watch.cancel();
    this.#queue.clear();
    this.#host.registry.ended(this);
    if (current.phase === "open") {
      current.open.close();
      this.#host.log.info({ terminal: current.open.terminal.id }, "terminal disconnected");
    }
    this.#phase = { phase: "ended" };
  }

  #open(): OpenSession {
    if (this.#phase.phase !== "open") throw new RangeError("only an open session has a terminal");
    return this.#phase.open;
  }
}
