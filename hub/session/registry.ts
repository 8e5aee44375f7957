import type { KioskId, TerminalId } from "../../protocol/ids.ts";
import type { Command } from "../../protocol/messages.ts";
import type { Changes } from "../changes.ts";
import type { TerminalHealth } from "../terminals/list.ts";
import { offline } from "./commands.ts";

/** What the registry needs of a session. `terminal` and `kiosk` are there once it has proved which terminal it is. */
export interface RegisteredSession {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  /** As it last said. */
  readonly health: TerminalHealth;
  /** Resolves with what the terminal answers; rejects as {@link SessionRegistry.find} does, and with `terminal.busy`, `terminal.no-answer`. */
  command(command: Command): Promise<string>;
  /** A newer session of the same terminal has taken its place. */
  replaced(): void;
  /** The roster of its kiosk has a newer revision. */
  rosterChanged(): void;
  /** Its place was taken away. */
  standingChanged(): void;
  /** The hub is going down. */
  goingDown(): void;
}

/** The sessions of this hub: at most one a terminal, the newest. */
export class SessionRegistry {
  readonly #changes: Changes;
  readonly #byTerminal = new Map<TerminalId, RegisteredSession>();
  readonly #byKiosk = new Map<KioskId, Set<RegisteredSession>>();
  /** Not proved yet, but to be told when the hub goes down. */
  readonly #unproved = new Set<RegisteredSession>();
  readonly #stopListening: () => void;

  constructor(changes: Changes) {
    this.#changes = changes;
    this.#stopListening = changes.listen((change) => {
      for (const terminal of change.terminals ?? []) this.#byTerminal.get(terminal)?.standingChanged();
      for (const kiosk of change.rosters) {
        for (const session of this.#byKiosk.get(kiosk) ?? []) session.rosterChanged();
      }
    });
  }

  /** A session begins; its terminal is not asked for until it is {@link proved}. */
  opened(session: RegisteredSession): void {
    this.#unproved.add(session);
  }

  proved(session: RegisteredSession): void {
    this.#unproved.delete(session);
    const older = this.#byTerminal.get(session.terminal);
    if (older !== undefined) {
      this.#remove(older);
      older.replaced();
    }
    this.#byTerminal.set(session.terminal, session);
    const neighbours = this.#byKiosk.get(session.kiosk) ?? new Set();
    this.#byKiosk.set(session.kiosk, neighbours.add(session));
    this.#changes.tell({ topics: ["terminals"], rosters: [] });
  }

  /** Idempotent; a session that was replaced does not take its successor with it. */
  ended(session: RegisteredSession): void {
    if (this.#unproved.delete(session)) return;
    if (this.#byTerminal.get(session.terminal) !== session) return;
    this.#remove(session);
    this.#changes.tell({ topics: ["terminals"], rosters: [] });
  }

  isConnected(terminal: TerminalId): boolean {
    return this.#byTerminal.has(terminal);
  }

  /** What a connected terminal last said of itself; nothing of any other. */
  healthOf(terminal: TerminalId): Partial<TerminalHealth> {
    return this.#byTerminal.get(terminal)?.health ?? {};
  }

  /** Throws CodedError `terminal.offline`. */
  find(terminal: TerminalId): RegisteredSession {
    const session = this.#byTerminal.get(terminal);
    if (session === undefined) throw offline();
    return session;
  }

  /** Says goodbye to every session and hears of no more changes. */
  close(): void {
    this.#stopListening();
    for (const session of [...this.#unproved, ...this.#byTerminal.values()]) session.goingDown();
  }

  #remove(session: RegisteredSession): void {
    this.#byTerminal.delete(session.terminal);
    const neighbours = this.#byKiosk.get(session.kiosk);
    neighbours?.delete(session);
    if (neighbours?.size === 0) this.#byKiosk.delete(session.kiosk);
  }
}
