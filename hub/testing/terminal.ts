import { chainHeadBytes, encodeEvent, eventHash } from "../../protocol/chain.ts";
import { GENESIS_HASH, type EventDraft, type EventEnvelope } from "../../protocol/events.ts";
import { CodedError } from "../../protocol/errors.ts";
import {
  challengeBytes,
  generateTerminalKeyPair,
  signBytes,
  type TerminalKeyPair,
} from "../../protocol/identity.ts";
import {
  bootId,
  eventSeq,
  makeId,
  storeId,
  terminalId,
  type BootId,
  type EventSeq,
  type StoreId,
  type TerminalId,
} from "../../protocol/ids.ts";
import {
  decodeHubMessage,
  encodeMessage,
  PROTOCOL_VERSIONS,
  type HubMessage,
  type TerminalMessage,
} from "../../protocol/messages.ts";
import type { Link, Random } from "../../protocol/seams.ts";
import { TEST_WALL_MS } from "./wall-clock.ts";

/** A ledger that ended: events n at n - 1. */
export interface EarlierStore {
  readonly store: StoreId;
  readonly events: string[];
}

/** The far end of a terminal's wire: a peer that speaks the protocol with a key of its own, or breaks it on purpose. */
export class TestTerminal {
  readonly keys: TerminalKeyPair = generateTerminalKeyPair();
  readonly #random: Random;
  readonly #boot: BootId;
  #link: Link | null = null;
  id: TerminalId;
  store: StoreId;
  /** Texts recorded so far, event n at n - 1. */
  events: string[] = [];
  received: HubMessage[] = [];
  /** All it ever sent, word for word. */
  readonly said: string[] = [];
  closedWith: number | null = null;
  rosterRevision = 0;
  /** That it offers. */
  versions: number[] = [...PROTOCOL_VERSIONS];

  constructor(random: Random) {
    this.#random = random;
    this.id = makeId(terminalId, random);
    this.store = makeId(storeId, random);
    this.#boot = makeId(bootId, random);
  }

  plugIn(link: Link): void {
    this.#link = link;
    this.received = [];
    this.closedWith = null;
    link.listen({
      message: (text) => {
        const decoded = decodeHubMessage(text);
        if (!decoded.ok) throw new CodedError("test.hub-message", decoded.detail);
        this.#heard(decoded.message);
      },
      closed: (code) => void (this.closedWith = code),
    });
  }

  /** The newest message of a type. */
  last<Type extends HubMessage["type"]>(type: Type): Extract<HubMessage, { type: Type }> | undefined {
    return this.all(type).at(-1);
  }

  all<Type extends HubMessage["type"]>(type: Type): Extract<HubMessage, { type: Type }>[] {
    return this.received.filter(
      (message): message is Extract<HubMessage, { type: Type }> => message.type === type,
    );
  }

  send(message: TerminalMessage): void {
    this.sendText(encodeMessage(message));
  }

  sendText(text: string): void {
    this.said.push(text);
    this.#link?.send(text);
  }

  unplug(): void {
    this.#link?.close(1000, "unplugged");
  }

  claim(token: string): void {
    const { publicKey } = this.keys;
    this.send({ type: "claim", versions: this.versions, token, publicKey, software: "test" });
  }

  hello(): void {
    const last = this.events.at(-1);
    this.send({
      type: "hello",
      versions: this.versions,
      terminal: this.id,
      software: "test",
      store: this.store,
      lastSeq: this.events.length,
      lastHash: last === undefined ? GENESIS_HASH : eventHash(last),
      prunedSeq: 0,
      rosterRevision: this.rosterRevision,
    });
  }

  prove(): void {
    const challenge = this.last("challenge");
    if (challenge === undefined) throw new CodedError("test.handshake", "no challenge came");
    const signature = signBytes(this.keys.privateKey, challengeBytes(this.id, challenge.nonce));
    this.send({ type: "proof", signature });
  }

  /** The status of a terminal that is well, but for what is `given`. */
  status(
    unsent: number,
    wallMs = 0,
    given: Partial<Extract<TerminalMessage, { type: "status" }>> = {},
  ): void {
    const well = { pendingEvents: 0, clock: "set", disk: "well", setAside: 0, echo: null } as const;
    this.send({ type: "status", unsent, wallMs, ...well, ...given });
  }

  /** Begins a new store, which says where it came from; returns what the one before held. */
  beginStore(reason: string, recovered = this.events.length): EarlierStore {
    const before = { store: this.store, events: this.events };
    this.store = makeId(storeId, this.#random);
    this.events = [];
    const payload = { from: before.store, events: recovered, reason };
    this.record({ kind: "store.recovered", person: null, payload });
    return before;
  }

  /** A batch of an earlier store's events from number `first` to `last` on, signed. */
  earlierBatch(
    { store, events }: EarlierStore,
    first = 1,
    last = events.length,
    afterGap = false,
  ): Extract<TerminalMessage, { type: "events" }> {
    const batch = this.sign(events.slice(first - 1, last), last, store);
    return { ...batch, store, ...(afterGap ? { afterGap: true } : {}) };
  }

  /** Appends an event to the ledger; `given` overrides parts of its envelope. */
  record(draft: EventDraft, given: Partial<EventEnvelope> = {}): EventSeq {
    const last = this.events.at(-1);
    const seq = eventSeq.parse(this.events.length + 1);
    this.events.push(
      encodeEvent({
        v: 1,
        terminal: this.id,
        store: this.store,
        seq,
        kind: draft.kind,
        person: draft.person,
        rosterRevision: this.rosterRevision,
        boot: this.#boot,
        monotonicMs: seq * 1_000,
        wallMs: TEST_WALL_MS + seq * 1_000,
        offsetMinutes: 60,
        clock: "set",
        nonce: makeId(bootId, this.#random),
        payload: { ...draft.payload },
        previous: last === undefined ? GENESIS_HASH : eventHash(last),
        ...given,
      }),
    );
    return seq;
  }

  /** A batch of the events from number `first` on, signed. */
  batch(first = 1): Extract<TerminalMessage, { type: "events" }> {
    return this.sign(this.events.slice(first - 1), this.events.length);
  }

  /** Signs `events` as those that end at number `lastSeq` of a store. */
  sign(
    events: string[],
    lastSeq: number,
    store: StoreId = this.store,
  ): Extract<TerminalMessage, { type: "events" }> {
    const head = { seq: lastSeq, hash: eventHash(events.at(-1) ?? "") };
    const signature = signBytes(this.keys.privateKey, chainHeadBytes(this.id, store, head));
    return { type: "events", events, signature };
  }

  #heard(message: HubMessage): void {
    this.received.push(message);
    if (message.type === "claimed") this.id = message.terminal;
    if (message.type === "rosterEnd") this.rosterRevision = message.revision;
    if (message.type === "rosterDelta") this.rosterRevision = message.to;
  }
}
