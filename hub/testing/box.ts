import { CodedError } from "../../protocol/errors.ts";
import type { AuthMethod, EventDraft } from "../../protocol/events.ts";
import type { KioskId, PersonId, TerminalId } from "../../protocol/ids.ts";
import type { HubMessage } from "../../protocol/messages.ts";
import { isAdmin, type KioskSettings, type PinVerifier, type RosterPerson } from "../../protocol/roster.ts";
import { deriveVerifier, saltOf, verifierMatches, type PinOwner } from "../../protocol/verifier.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { rosterUpdate } from "../kiosks/roster.ts";
import { ingestEvents, type Ingested } from "../punches/ingest.ts";
import { createClaimToken, redeemClaim } from "../terminals/claims.ts";
import type { AnyHub } from "./hub.ts";
import { TestTerminal } from "./terminal.ts";

/**
 * What a kiosk's terminal knows and says, without a wire: it takes the hub's roster messages, tries PINs against nothing
 * but the verifiers in them, and hands in signed batches of events.
 */
export class TestBox {
  readonly people = new Map<PersonId, RosterPerson>();
  kiosk: KioskSettings | null = null;
  readonly #hub: AnyHub;
  readonly #terminal: TestTerminal;
  readonly #kiosk: KioskId;
  readonly #terminalKey: Uint8Array;

  private constructor(hub: AnyHub, terminal: TestTerminal, kiosk: KioskId, terminalKey: Uint8Array) {
    this.#hub = hub;
    this.#terminal = terminal;
    this.#kiosk = kiosk;
    this.#terminalKey = terminalKey;
  }

  /** Pairs a box with a kiosk and gives it the roster. */
  static async pair(hub: AnyHub, kiosk: KioskId): Promise<TestBox> {
    const terminal = new TestTerminal(new SeededRandom(boxes++));
    const { token } = await createClaimToken(hub.context, kiosk);
    const { publicKey } = terminal.keys;
    const claimed = await redeemClaim(hub.context, { token, publicKey, software: "test" });
    if (claimed === null) throw new CodedError("test.claim", "the box was not paired");
    terminal.id = claimed.terminal;
    const box = new TestBox(hub, terminal, kiosk, claimed.terminalKey);
    await box.sync();
    return box;
  }

  get terminal(): TerminalId {
    return this.#terminal.id;
  }

  /** Takes whatever brings its roster up to date; returns the messages. */
  async sync(): Promise<readonly HubMessage[]> {
    const { id: terminal, store } = this.#terminal;
    const reader = { terminal, store, kiosk: this.#kiosk, terminalKey: this.#terminalKey };
    const update = await rosterUpdate(this.#hub.context, reader, this.#terminal.rosterRevision);
    for (const message of update.messages) this.#take(message);
    this.#terminal.rosterRevision = update.revision;
    return update.messages;
  }

  /** PIN rules 4 and 5, as a terminal keeps them; null for a wrong PIN, and for whom it does not know. */
  async try(person: PersonId, pin: string): Promise<Exclude<AuthMethod, "none"> | null> {
    const entry = this.people.get(person);
    if (entry === undefined) return null;
    if (await this.#matches(entry.pin, pin, person)) return "personal";
    const universal = isAdmin(entry.role) ? null : (this.kiosk?.universalPin ?? null);
    return (await this.#matches(universal, pin, "universal")) ? "universal" : null;
  }

  /** Records an event under the roster it has, and hands it in. */
  async tell(draft: EventDraft): Promise<Ingested> {
    const seq = this.#terminal.record(draft);
    const { id: terminal, store, keys } = this.#terminal;
    const source = { terminal, store, publicKey: keys.publicKey, kiosk: this.#kiosk };
    return ingestEvents(this.#hub.context, source, this.#terminal.batch(seq));
  }

  punch(person: PersonId, action: "in" | "out", auth: AuthMethod = "personal"): Promise<Ingested> {
    const was = action === "in" ? "out" : "in";
    return this.tell({ kind: "punch", person, payload: { action, auth, was, again: false } });
  }

  async #matches(stored: PinVerifier | null, pin: string, owner: PinOwner): Promise<boolean> {
    if (stored === null) return false;
    const slowHash = await this.#hub.context.kdf.derive(pin, saltOf(stored));
    return verifierMatches(stored, deriveVerifier(this.#terminalKey, slowHash, owner, this.#kiosk));
  }

  #take(message: HubMessage): void {
    if (message.type === "rosterBegin") {
      this.people.clear();
      this.kiosk = message.kiosk;
    }
    if (message.type === "rosterPage") this.#put(message.people);
    if (message.type === "rosterDelta") {
      this.kiosk = message.kiosk ?? this.kiosk;
      this.#put(message.upserts);
      for (const person of message.removed) this.people.delete(person);
    }
  }

  #put(people: readonly RosterPerson[]): void {
    for (const person of people) this.people.set(person.person, person);
  }
}
let boxes = 5_000;
