import { eventSeq } from "../../protocol/ids.ts";
import { MAX_BUFFERED_BYTES } from "../../protocol/limits.ts";
import type { Command, RenewReason, TerminalMessage } from "../../protocol/messages.ts";
import { rosterUpdate } from "../kiosks/roster.ts";
import { ingestEvents } from "../punches/ingest.ts";
import type { TerminalHealth } from "../terminals/list.ts";
import { findTerminal, healthFrom, healthOf, noteHealth, type Terminal } from "../terminals/terminals.ts";
import { ClockCheck } from "./clock-check.ts";
import { Commands } from "./commands.ts";
import type { HelloMessage, Proved } from "./handshake.ts";
import { tellRevoked } from "./revoke.ts";
import type { Arrived, SessionHost, SessionWire } from "./session.ts";

type EventsMessage = Extract<TerminalMessage, { type: "events" }>;
type StatusMessage = Extract<TerminalMessage, { type: "status" }>;

/** What goes on with a terminal that has proved itself: events up, the roster down, its health, commands. */
export class OpenSession {
  readonly terminal: Terminal;
  readonly #host: SessionHost;
  readonly #wire: SessionWire;
  readonly #hello: HelloMessage;
  readonly #proved: Proved;
  readonly #clock: ClockCheck;
  readonly #commands: Commands;
  /** As it last said; what of it is in the database is `#noted`. */
  #health: TerminalHealth;
  #noted: TerminalHealth;
  /** The roster it has. */
  #revision: number;
  #ackedSeq: number;
  /** The newest event that it said it has. */
  #lastSeq: number;
  /** A roster newer than the terminal's is known and not yet on its way. */
  #isRosterDue = false;
  #isRevoked = false;
  /** Its place was taken away, and it was told. */
  #isTold = false;
  /** Why it was told to begin another store: nothing more of this one is taken here. */
  #renewing: RenewReason | null = null;

  constructor(host: SessionHost, wire: SessionWire, proved: Proved) {
    const { terminal, hello, greeting } = proved;
    this.terminal = terminal;
    this.#host = host;
    this.#wire = wire;
    this.#hello = hello;
    this.#proved = proved;
    this.#clock = new ClockCheck(host.scheduler);
    this.#commands = new Commands(host.scheduler, host.context.random, (message) => wire.send(message));
    this.#noted = healthOf(terminal);
    this.#health = { ...this.#noted, lastSeenMs: host.context.wallClock.wallMs() };
    // A terminal fresh from its claim may still hold the revision of another kiosk.
    this.#revision = terminal.last_seen_ms === null ? 0 : hello.rosterRevision;
    this.#ackedSeq = greeting.standing === "sound" ? greeting.ackedSeq : 0;
    this.#lastSeq = hello.lastSeq;
  }

  get health(): TerminalHealth {
    return this.#health;
  }

  /** Says welcome, or that its store cannot go on, and what else is due. */
  async begin(): Promise<void> {
    const { greeting, version } = this.#proved;
    if (greeting.standing === "renew") {
      this.#renew(greeting.reason);
      return;
    }
    const hubTimeMs = this.#host.context.wallClock.wallMs();
    this.#wire.send({ type: "welcome", version, ackedSeq: greeting.ackedSeq, hubTimeMs });
    await this.followStanding();
    await this.sendRoster();
  }

  async handle(arrived: Arrived): Promise<void> {
    const { message } = arrived;
    switch (message.type) {
      case "events":
        if (this.#renewing === null) await this.#ingest(message);
        return;
      case "status":
        await this.#status(message, arrived);
        return;
      case "done":
        this.#commands.answered(message.id, message.outcome);
        return;
      default:
        this.#wire.refuse({
          code: "protocol.unexpected",
          detail: `"${message.type}" is not due while the session is open`,
        });
    }
  }

  /** Resolves as {@link Commands.ask} does. */
  command(command: Command): Promise<string> {
    return this.#commands.ask(command);
  }

  close(): void {
    this.#commands.close();
  }

  async #status(message: StatusMessage, { atMs, atWallMs }: Arrived): Promise<void> {
    if (this.#isTold) {
      this.#wire.refuse({ code: "terminal.revoked", detail: "this terminal was unpaired" });
      return;
    }
    const { context } = this.#host;
    this.#lastSeq = Math.max(this.#lastSeq, this.#ackedSeq + message.unsent);
    const error = this.#clock.error(message, atMs, atWallMs);
    this.#health = healthFrom(message, error, atWallMs);
    if (await noteHealth(context, this.terminal.id, this.#noted, this.#health)) this.#noted = this.#health;
    const hubTimeMs = context.wallClock.wallMs();
    this.#clock.sent(hubTimeMs);
    this.#wire.send({ type: "pulse", hubTimeMs });
    if (this.#isRevoked) await this.followStanding();
    if (this.#isRosterDue) await this.sendRoster();
  }

  async #ingest(batch: EventsMessage): Promise<void> {
    const { id, kiosk, public_key: publicKey } = this.terminal;
    const store = batch.store ?? this.#hello.store;
    const isEarlier = store !== this.#hello.store;
    const source = { terminal: id, kiosk, publicKey, store, isEarlier };
    const ingested = await ingestEvents(this.#host.context, source, batch);
    if (!ingested.ok) {
      this.#wire.refuse(ingested.refusal);
      return;
    }
    const { ackedSeq, renew } = ingested;
    if (ackedSeq !== null) {
      const seq = eventSeq.parse(ackedSeq);
      this.#wire.send({ type: "ack", ...(batch.store === undefined ? {} : { store }), seq });
      if (!isEarlier) this.#ackedSeq = Math.max(this.#ackedSeq, seq);
    }
    if (renew !== null) this.#renew(renew);
    if (this.#isRevoked) await this.followStanding();
    await this.sendDueRoster();
  }

  /** The terminal comes again with another store, and hands this one in as an earlier one. */
  #renew(reason: RenewReason): void {
    const { id } = this.terminal;
    this.#renewing = reason;
    this.#host.log.warn(
      { terminal: id, store: this.#hello.store, reason },
      "a terminal's ledger cannot go on",
    );
    this.#wire.send({ type: "renew", reason });
  }

  /** Does what is due when the terminal's place was taken away: takes the rest of its events first, unless it is stolen. */
  async followStanding(): Promise<void> {
    if (this.#isTold || this.#renewing !== null) return;
    const terminal = await findTerminal(this.#host.context.store.queries, this.terminal.id);
    if (this.#wire.isEnded || terminal === null || terminal.revoked === 0) return;
    this.#isRevoked = true;
    if (terminal.stolen === 1) {
      await tellRevoked(this.#host, this.#wire, terminal);
      this.#wire.refuse({ code: "terminal.revoked", detail: "this terminal was reported stolen" });
    } else if (this.#ackedSeq >= this.#lastSeq && this.#health.pendingEvents === 0) {
      this.#isTold = true;
      await tellRevoked(this.#host, this.#wire, terminal);
    }
  }

  /** Notes that there is a newer roster. False when that is known already. */
  rosterDue(): boolean {
    const wasDue = this.#isRosterDue;
    this.#isRosterDue = true;
    return !wasDue;
  }

  /**
   * Sends what is due; while the terminal hands in what it recorded in a long time, which changes the roster with every batch, not
   * before it is through, or says how it is.
   */
  async sendDueRoster(): Promise<void> {
    if (this.#isRosterDue && this.#ackedSeq >= this.#lastSeq) await this.sendRoster();
  }

  async sendRoster(): Promise<void> {
    if (this.#wire.isEnded || this.#renewing !== null) return;
    if (this.#wire.bufferedBytes() > MAX_BUFFERED_BYTES) {
      this.#isRosterDue = true;
      return;
    }
    // Cleared first: a change during the read makes the roster due again.
    this.#isRosterDue = false;
    const { id, kiosk, key_epoch: epoch } = this.terminal;
    const { context } = this.#host;
    const terminalKey = context.secrets.terminalKey(id, epoch);
    const reader = { terminal: id, kiosk, store: this.#hello.store, terminalKey };
    const update = await rosterUpdate(context, reader, this.#revision);
    this.#revision = update.revision;
    for (const message of update.messages) this.#wire.send(message);
  }
}
