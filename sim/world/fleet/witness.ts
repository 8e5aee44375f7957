import { createHash } from "node:crypto";
import * as z from "zod";
import { decodeEvent, eventHash, receiptCode } from "../../../protocol/chain.ts";
import { knownEvent, type EventEnvelope, type EventKind } from "../../../protocol/events.ts";
import type { PersonId, StoreId } from "../../../protocol/ids.ts";
import type { SqlDriver } from "../../../protocol/seams.ts";
import type { StoreStatus, TerminalStore } from "../../../device/ledger/store.ts";
import type { Volume } from "../../../device/ledger/volume.ts";
import type { SqliteWasm } from "../sqlite-wasm.ts";
import type { Tally } from "./faults.ts";
import type { Post } from "./post.ts";
import type { Employee } from "./site.ts";
import { Violation, type Stage } from "./stage.ts";

/**
 * The model of a world: what people typed and what the glass told them, and what was durable at that moment. It knows product.md,
 * and nothing of how the terminal or the hub come to what they say.
 */

/** An event that was seen on a card. */
export interface Written {
  readonly store: StoreId;
  readonly seq: number;
  readonly hash: string;
  readonly text: string;
  readonly envelope: EventEnvelope;
  /** The glass said so. */
  isShown: boolean;
  /** A fault took it before the hub had it: the card is not to blame, nor is the hub. */
  isExcused: boolean;
}

/** From the last digit of a PIN to what comes of it, a slow check and a store that takes its time included. */
const ATTEMPT_MS = 180_000;
/** One in so many is looked for on a copy of the card that a power cut would leave; all are where something is not synced. */
const COPIES_ONE_IN = 8;
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1 << 24;

const eventRow = z.object({ text: z.string() });

export interface WitnessOptions {
  readonly stage: Stage;
  readonly sqlite: SqliteWasm;
  readonly tally: Tally;
  readonly trueMs: () => number;
}

export class Witness {
  readonly #options: WitnessOptions;
  /** Of each card, what became of each store: a card that is put back to an older state begins another list. */
  readonly #written = new Map<Post, Map<string, Written[]>>();
  readonly #cards = new Map<Post, number>();
  readonly #waits = new Map<string, number>();
  /** When each ledger was last read: what is new in it was brought about since. */
  readonly #readMs = new Map<Post, number>();
  readonly #digest = createHash("sha256");
  #looks = 0;

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Adds to what must be the same when the seed is. */
  note(what: string): void {
    this.#digest.update(what);
    this.#digest.update("\n");
  }

  digest(): string {
    return this.#digest.copy().digest("hex");
  }

  written(post: Post): readonly Written[] {
    return [...(this.#written.get(post)?.values() ?? [])].flat();
  }

  /** Reads what is new in a ledger, and checks of each event that somebody at the terminal may have brought it about. */
  collect(post: Post): readonly Written[] {
    const { store } = post.box;
    if (store === null) return [];
    let status;
    try {
      status = store.status();
    } catch {
      // A card that fails tells nothing now.
      return [];
    }
    const known = this.#ofStore(post, status.store);
    const texts = textsAfter(store, Math.max(status.prunedSeq, known.at(-1)?.seq ?? 0));
    const seen = texts.map((text) => this.#see(post, known, text));
    this.#readMs.set(post, this.#options.stage.nowMs);
    return seen;
  }

  /** From now on the card may lose what the hub does not have yet, and whatever else comes into the same store. */
  excuse(post: Post): void {
    this.collect(post);
    const { store } = post.box;
    const acked = store === null ? null : statusOf(store);
    for (const event of this.written(post)) {
      if (acked?.store !== event.store || event.seq > acked.ackedSeq) event.isExcused = true;
    }
  }

  /** Another image is on the card: the same numbers may come once more, with other events. */
  cardChanged(post: Post): void {
    this.#cards.set(post, (this.#cards.get(post) ?? 0) + 1);
  }

  /** A result is on the glass: a punch, new, of this person, is on the card. Returns it. */
  punchShown(post: Post, person: Employee, action: string, since: number): Written {
    const found = this.#shown(
      post,
      person.person,
      "punch",
      since,
      `${action.toUpperCase()} of ${person.name}`,
    );
    const event = knownEvent(found.envelope);
    if (event?.kind === "punch" && event.payload.action !== action) {
      throw new Violation("shown", `${post.name} says ${action}, and recorded ${event.payload.action}`);
    }
    this.#options.tally.count("punches");
    return found;
  }

  receiptShown(post: Post, person: Employee, code: string): void {
    const codes = this.written(post).flatMap((each) =>
      each.envelope.person === person.person && each.isShown ? [receiptCode(each.hash)] : [],
    );
    if (!codes.includes(code)) {
      throw new Violation(
        "receipt",
        `${post.name} shows ${person.name} a receipt of no punch that it told them of`,
      );
    }
  }

  /** Something of this kind about the person is on the glass, and must be on the card, newer than `since`. */
  shown(post: Post, person: Employee, kind: EventKind, since: number): Written {
    return this.#shown(post, person.person, kind, since, `${kind} of ${person.name}`);
  }

  /** Events of the terminal that were seen so far, for `since`. */
  count(post: Post): number {
    this.collect(post);
    return this.written(post).length;
  }

  /** The glass says that somebody has to wait, still for so long. */
  waitShown(post: Post, person: Employee, leastMs: number, mostMs: number): void {
    const key = waitKey(post, person);
    const nowMs = this.#options.stage.nowMs;
    const known = this.#waits.get(key);
    if (known !== undefined && nowMs + mostMs + WAIT_GRACE_MS < known) {
      throw new Violation(
        "waits",
        `${post.name}: the wait of ${person.name} got ${known - nowMs - mostMs} ms shorter`,
      );
    }
    this.#waits.set(key, Math.max(known ?? 0, nowMs + leastMs));
  }

  /** The glass asks somebody for their PIN. */
  promptShown(post: Post, person: Employee): void {
    const leftMs = (this.#waits.get(waitKey(post, person)) ?? 0) - this.#options.stage.nowMs;
    if (leftMs > WAIT_GRACE_MS) {
      throw new Violation(
        "waits",
        `${post.name} asks ${person.name} for a PIN ${leftMs} ms before their wait is over`,
      );
    }
  }

  /** A success, a new PIN, an admin, or a card that is another one now: nobody can say how long these waits are. */
  forgetWaits(whose: (post: string, person: PersonId) => boolean): void {
    for (const key of this.#waits.keys()) {
      const [post = "", person = ""] = key.split(" ");
      if (whose(post, person as PersonId)) this.#waits.delete(key);
    }
  }

  #ofStore(post: Post, store: StoreId): Written[] {
    const stores = this.#written.get(post) ?? new Map<string, Written[]>();
    this.#written.set(post, stores);
    const key = `${store} ${this.#cards.get(post) ?? 0}`;
    const events = stores.get(key) ?? [];
    stores.set(key, events);
    return events;
  }

  #see(post: Post, known: Written[], text: string): Written {
    const envelope = decodeEvent(text);
    const hash = eventHash(text);
    const before = known.at(-1);
    if (before !== undefined && (envelope.seq !== before.seq + 1 || envelope.previous !== before.hash)) {
      throw new Violation("chain", `${post.name}: event ${envelope.seq} does not follow event ${before.seq}`);
    }
    const { store, seq } = envelope;
    const event: Written = { store, seq, hash, text, envelope, isShown: false, isExcused: post.isRotten };
    known.push(event);
    this.note(`${post.name} ${text}`);
    this.#checkGrant(post, envelope);
    return event;
  }

  /** No grant without the right PIN and role. */
  #checkGrant(post: Post, envelope: EventEnvelope): void {
    const event = knownEvent(envelope);
    if (event === null || !("auth" in event.payload) || event.person === null) return;
    const { auth } = event.payload;
    const kiosk = post.site.kiosks.find(({ id }) => id === post.kiosk);
    const person = kiosk?.people.find((each) => each.person === event.person);
    if (kiosk === undefined || person === undefined) {
      throw new Violation("grant", `${post.name} let somebody punch who is not of its kiosk`);
    }
    if (auth === "none") throw new Violation("grant", `${post.name} let ${person.name} punch without a PIN`);
    if (auth === "universal" && (person.role === "owner" || person.role === "admin")) {
      throw new Violation("grant", `${post.name} let ${person.name}, ${person.role}, punch by Universal PIN`);
    }
    const sinceMs = (this.#readMs.get(post) ?? 0) - ATTEMPT_MS;
    const pins = auth === "universal" ? kiosk.universalPins : person.pins;
    const isTyped = post.attempts.some(
      (each) => each.person === person.person && each.atMs > sinceMs && pins.includes(each.pin),
    );
    if (!isTyped && sinceMs >= post.keysTroubledUntilMs) {
      throw new Violation(
        "grant",
        `${post.name}: ${event.kind} of ${person.name} (${auth}) without the right PIN`,
      );
    }
    if (auth === "personal") this.forgetWaits((_, whose) => whose === person.person);
  }

  #shown(post: Post, person: PersonId, kind: EventKind, since: number, what: string): Written {
    this.collect(post);
    const all = this.written(post);
    const found = all
      .slice(since)
      .findLast(({ envelope, isShown }) => !isShown && envelope.kind === kind && envelope.person === person);
    if (found === undefined) {
      throw new Violation("shown", `${post.name} shows ${what}, which is not in its ledger`);
    }
    this.#checkDurable(post, found, what);
    found.isShown = true;
    return found;
  }

  #checkDurable(post: Post, { seq, text }: Written, what: string): void {
    const file = post.box.ledgerFile;
    const { disk } = post.box;
    // What a copy of a card is worth of which bits have changed by themselves, nobody can say.
    if (post.isRotten) return;
    this.#looks += 1;
    if (this.#looks % COPIES_ONE_IN !== 0 && !disk.hasUnsynced(file) && !disk.hasUnsynced(`${file}-wal`))
      return;
    const copy = this.#options.sqlite.mount(disk.afterCut());
    try {
      // Behind a hole in the log SQLite does not look for it; the ledger does, at its next start.
      if (isInLog(copy, `${file}-wal`, text)) return;
      if (!isInTable(copy.open(file), seq, text)) {
        throw new Violation("durable", `${post.name} shows ${what}, and a power cut now would lose it`);
      }
    } finally {
      copy.unmount();
    }
  }
}

function isInLog(volume: Volume, log: string, text: string): boolean {
  const bytes = volume.size(log) ?? 0;
  return bytes > 0 && Buffer.from(volume.read(log, 0, bytes)).includes(text);
}

/** Also a file without the table has lost it. */
function isInTable(driver: SqlDriver, seq: number, text: string): boolean {
  try {
    const row = driver.prepare("SELECT text FROM events WHERE seq = ?").get([seq]);
    return row !== undefined && eventRow.parse(row).text === text;
  } catch {
    return false;
  }
}

function statusOf(store: TerminalStore): StoreStatus | null {
  try {
    return store.status();
  } catch {
    return null;
  }
}

function textsAfter(store: TerminalStore, seq: number): readonly string[] {
  try {
    return store.unsent(seq, MOST_EVENTS, MOST_BYTES).events;
  } catch {
    return [];
  }
}

/** What a screen shows has been so for a moment, and what a hub says of a wait was on its way for some seconds. */
const WAIT_GRACE_MS = 8_000;

function waitKey(post: Post, person: Employee): string {
  return `${post.name} ${person.person}`;
}
