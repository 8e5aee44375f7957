import { chainHeadBytes } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import { signBytes } from "../../protocol/identity.ts";
import type { StoreId } from "../../protocol/ids.ts";
import {
  MAX_BATCH_EVENT_BYTES,
  MAX_BATCHES_IN_FLIGHT,
  MAX_BUFFERED_BYTES,
  MAX_EVENTS_PER_BATCH,
} from "../../protocol/limits.ts";
import { encodeMessage, type HubMessage } from "../../protocol/messages.ts";
import type { Link } from "../../protocol/seams.ts";
import type { PairedIdentity } from "../config/identity.ts";
import type { EventRun } from "../ledger/ledger.ts";
import type { LedgerPort } from "../ledger/port.ts";
import type { PendingStore } from "../ledger/old-stores.ts";

/** Own batches that may go before one of an earlier store, however many there are: neither waits for ever. */
const OWN_BATCHES_IN_A_ROW = 4;
/** Earlier stores leave one place free: a punch made now need not wait for them to be acknowledged. */
const EARLIER_BATCHES_IN_FLIGHT = MAX_BATCHES_IN_FLIGHT - 1;

interface Batch {
  /** Null for the store that the link is for. */
  readonly earlier: StoreId | null;
  readonly lastSeq: number;
}

/** An earlier store, as far as it was sent on this link. */
interface Earlier {
  readonly store: StoreId;
  readonly headSeq: number;
  sentSeq: number;
}

export interface SenderParts {
  readonly ledger: LedgerPort;
  readonly identity: PairedIdentity;
  readonly link: Link;
  /** The store that the link is for. */
  readonly store: StoreId;
}

/**
 * Sends over one link what the hub lacks: the events of the store that the link is for, and, between them, those of earlier stores.
 * The ledger is the queue; a batch is under way until it is acknowledged.
 */
export class Sender {
  readonly #parts: SenderParts;
  #isOpen = false;
  #sentSeq = 0;
  #earlier: Earlier[] = [];
  #inFlight: Batch[] = [];
  #ownInARow = 0;
  #isPumping = false;
  /** There may be more to send than the last look at the ledger found. */
  #isWanted = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** The hub has the link's store up to `ackedSeq`; `pending`: the earlier stores that it does not have all of. */
  begin(ackedSeq: number, pending: readonly PendingStore[]): void {
    this.#isOpen = true;
    this.#sentSeq = ackedSeq;
    this.#earlier = pending.map((each) => ({
      store: each.store,
      headSeq: each.head.seq,
      sentSeq: each.ackedSeq,
    }));
  }

  /** Sends nothing any more. */
  end(): void {
    this.#isOpen = false;
  }

  /** Everything that is there was sent before, and is sent again from after this event on. */
  resend(afterSeq: number): void {
    this.#sentSeq = Math.min(this.#sentSeq, afterSeq);
  }

  /** The newest event of the link's store that was sent on it, or that the hub had before. */
  get sentSeq(): number {
    return this.#sentSeq;
  }

  /** Nothing is under way, and of the earlier stores nothing is left to send. */
  get isSettled(): boolean {
    return this.#inFlight.length === 0 && this.#earlier.every(({ sentSeq, headSeq }) => sentSeq >= headSeq);
  }

  /** Sends what there is, as far as the limits allow. Rejects as the ledger does, and with `store.other`. */
  async pump(): Promise<void> {
    this.#isWanted = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isWanted && this.#isOpen && this.#hasRoom()) {
        this.#isWanted = false;
        if (await this.#sendNext()) this.#isWanted = true;
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** What the hub says that it has is on its disk. Of an earlier store that is not here, or not sent, it changes nothing. */
  async acknowledged({ store, seq }: Extract<HubMessage, { type: "ack" }>): Promise<void> {
    const { ledger, store: own } = this.#parts;
    if (store === undefined || store === own) {
      await ledger.acknowledge(seq, own);
      this.#inFlight = this.#inFlight.filter((batch) => batch.earlier !== null || batch.lastSeq > seq);
      return;
    }
    const earlier = this.#earlier.find((each) => each.store === store);
    if (earlier === undefined) return;
    // The hub may have more of that store, by another card: only what this card offered is settled.
    const lastSeq = Math.min(seq, earlier.sentSeq);
    await ledger.acknowledgeOf(store, lastSeq);
    this.#inFlight = this.#inFlight.filter((batch) => batch.earlier !== store || batch.lastSeq > lastSeq);
  }

  #hasRoom(): boolean {
    const { link } = this.#parts;
    return this.#inFlight.length < MAX_BATCHES_IN_FLIGHT && link.bufferedBytes() < MAX_BUFFERED_BYTES;
  }

  /** Sends a batch; false when there is none that may be sent. */
  async #sendNext(): Promise<boolean> {
    if (this.#ownInARow < OWN_BATCHES_IN_A_ROW) return (await this.#sendOwn()) || this.#sendEarlier();
    return (await this.#sendEarlier()) || this.#sendOwn();
  }

  async #sendOwn(): Promise<boolean> {
    const { ledger, store } = this.#parts;
    const afterSeq = this.#sentSeq;
    const run = await ledger.unsent(afterSeq, MAX_EVENTS_PER_BATCH, MAX_BATCH_EVENT_BYTES);
    if (run.store !== store) {
      throw new CodedError("store.other", "another store has begun under a link that is for the one before");
    }
    if (run.events.length === 0) return false;
    // Asked meanwhile to send again from earlier on: this run is read once more, in its turn.
    if (this.#sentSeq !== afterSeq) return true;
    this.#send(run, afterSeq, null);
    this.#sentSeq = run.head.seq;
    this.#ownInARow += 1;
    return true;
  }

  async #sendEarlier(): Promise<boolean> {
    this.#ownInARow = 0;
    if (this.#inFlight.length >= EARLIER_BATCHES_IN_FLIGHT) return false;
    const earlier = this.#earlier.find(({ sentSeq, headSeq }) => sentSeq < headSeq);
    if (earlier === undefined) return false;
    const { ledger } = this.#parts;
    const { store, sentSeq } = earlier;
    const run = await ledger.unsentOf(store, sentSeq, MAX_EVENTS_PER_BATCH, MAX_BATCH_EVENT_BYTES);
    if (run.events.length > 0) this.#send(run, sentSeq, store);
    // What can be read no more is passed over.
    earlier.sentSeq = run.events.length > 0 ? run.head.seq : earlier.headSeq;
    return true;
  }

  #send({ store, events, head }: EventRun, afterSeq: number, earlier: StoreId | null): void {
    if (!this.#isOpen) return;
    const { identity, link } = this.#parts;
    const signature = signBytes(identity.privateKey, chainHeadBytes(identity.paired.terminal, store, head));
    const isAfterGap = head.seq - events.length !== afterSeq;
    link.send(
      encodeMessage({
        type: "events",
        store: earlier ?? undefined,
        afterGap: isAfterGap ? true : undefined,
        events: [...events],
        signature,
      }),
    );
    this.#inFlight.push({ earlier, lastSeq: head.seq });
  }
}
