import * as z from "zod";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import { bootId, type BootId, type PersonId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_KIOSK } from "../../protocol/limits.ts";
import {
  kioskSettings,
  rosterPerson,
  type KioskSettings,
  type PinVerifier,
  type RosterPerson,
  type RosterTries,
} from "../../protocol/roster.ts";
import type { SqlDriver, SqlRow } from "../../protocol/seams.ts";
import type { DirectoryEntry } from "../core/types.ts";
import { inTransaction } from "../ledger/schema.ts";
import type { PresenceBase } from "../ledger/person-record.ts";
import {
  decodeBucket,
  encodeBucket,
  joinBuckets,
  type DirectoryText,
  type Listed,
} from "./directory-text.ts";
import type { RosterCipher } from "./roster-cipher.ts";

/**
 * The roster on disk, sealed (roster-schema.ts). A snapshot comes in pages that wait in memory beside the roster in use
 * and are swapped in at once, so that a link lost half-way changes nothing; a delta is one transaction.
 *
 * What does not open any more (another key, damage, other software) is no roster: all of it is forgotten, the call throws
 * CodedError `roster.sealed` or `roster.damaged`, and the hub sends it anew.
 */
export interface RosterStore {
  /** Null before the first roster. */
  current(): RosterHeader | null;
  /** Whom the kiosk knows. */
  directory(): DirectoryText;
  person(id: PersonId): StoredPerson | null;
  beginSnapshot(header: RosterHeader): void;
  /** `receivedMs`: when it came, monotonic. Throws CodedError `roster.revision`, `roster.too-large`, `roster.duplicate`. */
  addPage(revision: number, people: readonly RosterPerson[], receivedMs: number): void;
  commitSnapshot(revision: number): void;
  /** Says whether whom the kiosk knows, or the kiosk itself, is different now: a punch elsewhere changes neither. */
  applyDelta(delta: RosterDelta, receivedMs: number): { readonly directoryChanged: boolean };
  /** Forgets everybody: unpaired or revoked. */
  wipe(): void;
}

export interface RosterHeader {
  readonly revision: number;
  /** The people's presences include this terminal's own events up to this one. */
  readonly includesSeq: number;
  readonly kiosk: KioskSettings;
}

export interface RosterDelta {
  readonly from: number;
  readonly to: number;
  readonly includesSeq: number;
  readonly kiosk?: KioskSettings | undefined;
  readonly upserts: readonly RosterPerson[];
  readonly removed: readonly PersonId[];
}

export interface StoredPerson extends DirectoryEntry {
  readonly pin: PinVerifier | null;
  readonly base: PresenceBase;
  /** May clock out, once, and no more (PIN case 11). */
  readonly leaving: boolean;
  /** Null when this terminal's own ledger says all of it. */
  readonly tries: RosterTries | null;
  /** When the hub's word came, of which `tries` is a part. */
  readonly triesReceived: ReceivedAt;
}

/** An instant that means something within its boot only. */
export interface ReceivedAt {
  readonly boot: BootId;
  readonly monotonicMs: number;
}

/** People in one row of table `directory`: a start opens few rows, and a change seals few people anew. */
const PEOPLE_PER_BUCKET = 100;

const HEADER_PLACE = "punchbox roster v1\0header";
const bucketPlace = (bucket: number): string => `punchbox roster v1\0directory\0${bucket}`;
const personPlace = (person: PersonId): string => `punchbox roster v1\0person\0${person}`;

const storedHeader = z.object({ revision: z.int(), includesSeq: z.int(), kiosk: kioskSettings });
const storedPerson = z.object({
  person: rosterPerson,
  received: z.object({ boot: bootId, monotonicMs: z.number() }),
});

/** Parsed at a start and after a change only: compiling these schemas would take longer than all their parses. */
const SELDOM = { jitless: true };

/** Codes of what ends a roster. */
const UNREADABLE: ReadonlySet<string> = new Set(["roster.sealed", "roster.damaged"]);

interface SealedPerson {
  readonly bucket: number;
  readonly sealed: Uint8Array;
}

interface SealedBucket {
  readonly bucket: number;
  readonly people: number;
  readonly sealed: Uint8Array;
}

interface Staging {
  readonly header: RosterHeader;
  readonly people: Map<PersonId, SealedPerson>;
  readonly buckets: SealedBucket[];
}

export function openRosterStore(driver: SqlDriver, cipher: RosterCipher, boot: BootId): RosterStore {
  let staging: Staging | null = null;
  /** The header on disk, for it is needed at every punch; null when it is to be read. */
  let known: RosterHeader | null = null;
  /** Whoever was read last: of one punch the same person is asked for several times. */
  let latest: z.infer<typeof storedPerson> | null = null;

  function current(): RosterHeader | null {
    known ??= readHeader();
    return known;
  }

  function readHeader(): RosterHeader | null {
    const row = driver.prepare("SELECT sealed FROM roster").get([]);
    return row === undefined ? null : parsed(storedHeader, open(HEADER_PLACE, row), SELDOM);
  }

  /** Column `sealed` of a row. */
  function open(place: string, { sealed }: SqlRow): string {
    if (!(sealed instanceof Uint8Array)) throw new CodedError("roster.sealed", "the roster is not sealed");
    return cipher.open(place, sealed);
  }

  /** Does something with the roster on disk. Where that cannot be read there is none any more. */
  function reading<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (UNREADABLE.has(codeOf(error))) wipeIfPossible();
      throw error;
    }
  }

  /** Within someone's transaction it is not: the next call outside of one finds the same. */
  function wipeIfPossible(): void {
    try {
      wipe();
    } catch (error) {
      if (codeOf(error) !== "store.sql") throw error;
    }
  }

  /** One transaction, which answers with the header that it wrote, if any. When it fails, what is known is read anew. */
  function change(work: () => RosterHeader | null): void {
    known = null;
    try {
      known = inTransaction(driver, work);
    } finally {
      latest = null;
    }
  }

  function writeHeader(header: RosterHeader): RosterHeader {
    driver
      .prepare("INSERT OR REPLACE INTO roster (only_row, sealed) VALUES (1, ?)")
      .run([cipher.seal(HEADER_PLACE, JSON.stringify(header))]);
    return header;
  }

  function sealPerson(person: RosterPerson, receivedMs: number): Uint8Array {
    const received: ReceivedAt = { boot, monotonicMs: receivedMs };
    return cipher.seal(personPlace(person.person), JSON.stringify({ person, received }));
  }

  function writePerson(person: PersonId, { bucket, sealed }: SealedPerson): void {
    driver
      .prepare("INSERT OR REPLACE INTO people (person, bucket, sealed) VALUES (?, ?, ?)")
      .run([person, bucket, sealed]);
  }

  function writeBucket({ bucket, people, sealed }: SealedBucket): void {
    driver
      .prepare("INSERT OR REPLACE INTO directory (bucket, people, sealed) VALUES (?, ?, ?)")
      .run([bucket, people, sealed]);
  }

  function sealBucket(bucket: number, people: readonly Listed[]): SealedBucket {
    return { bucket, people: people.length, sealed: cipher.seal(bucketPlace(bucket), encodeBucket(people)) };
  }

  function readBucket(bucket: number): Listed[] {
    const row = driver.prepare("SELECT sealed FROM directory WHERE bucket = ?").get([bucket]);
    return row === undefined ? [] : decodeBucket(open(bucketPlace(bucket), row));
  }

  /** Puts someone's entry into a bucket in place of an older one; null only takes that out. */
  function listIn(bucket: number, person: PersonId, listed: Listed | null): void {
    const others = readBucket(bucket).filter((each) => each.person !== person);
    const people = listed === null ? others : [...others, listed];
    if (people.length > 0) writeBucket(sealBucket(bucket, people));
    else driver.prepare("DELETE FROM directory WHERE bucket = ?").run([bucket]);
  }

  function bucketOf(person: PersonId): number | null {
    const row = driver.prepare("SELECT bucket FROM people WHERE person = ?").get([person]);
    return row === undefined ? null : Number(row["bucket"]);
  }

  function bucketWithRoom(): number {
    const row = driver
      .prepare(
        `SELECT coalesce((SELECT min(bucket) FROM directory WHERE people < ?),
                         (SELECT max(bucket) + 1 FROM directory), 0) AS bucket`,
      )
      .get([PEOPLE_PER_BUCKET]);
    return Number(row?.["bucket"]);
  }

  function readPerson(id: PersonId): z.infer<typeof storedPerson> | null {
    if (latest?.person.person === id) return latest;
    const row = driver.prepare("SELECT sealed FROM people WHERE person = ?").get([id]);
    latest = row === undefined ? null : parsed(storedPerson, open(personPlace(id), row));
    return latest;
  }

  function applyDelta(delta: RosterDelta, receivedMs: number): { readonly directoryChanged: boolean } {
    const before = current();
    if (before?.revision !== delta.from) {
      throw new CodedError(
        "roster.revision",
        `a change from revision ${delta.from} came, the roster here has ${before?.revision ?? "none"}`,
      );
    }
    let directoryChanged = delta.kiosk !== undefined || delta.removed.length > 0;
    change(() => {
      for (const each of delta.upserts) {
        const old = readPerson(each.person)?.person ?? null;
        const isListed = old !== null && isSameEntry(old, each);
        directoryChanged ||= !isListed;
        const bucket = bucketOf(each.person) ?? bucketWithRoom();
        if (!isListed) listIn(bucket, each.person, each);
        writePerson(each.person, { bucket, sealed: sealPerson(each, receivedMs) });
      }
      for (const each of delta.removed) {
        const bucket = bucketOf(each);
        if (bucket === null) continue;
        listIn(bucket, each, null);
        driver.prepare("DELETE FROM people WHERE person = ?").run([each]);
      }
      return writeHeader({
        revision: delta.to,
        includesSeq: Math.max(before.includesSeq, delta.includesSeq),
        kiosk: delta.kiosk ?? before.kiosk,
      });
    });
    return { directoryChanged };
  }

  function wipe(): void {
    staging = null;
    change(() => {
      for (const table of ["people", "directory", "roster"]) driver.prepare(`DELETE FROM ${table}`).run([]);
      return null;
    });
  }

  return {
    current: () => reading(current),

    directory: () =>
      reading(() => {
        const rows = driver.prepare("SELECT bucket, sealed FROM directory ORDER BY bucket").all([]);
        return joinBuckets(rows.map((row) => open(bucketPlace(Number(row["bucket"])), row)));
      }),

    person: (id) =>
      reading(() => {
        const stored = readPerson(id);
        if (stored === null) return null;
        const { pin, presence, leaving, tries } = stored.person;
        return {
          ...entryOf(stored.person),
          pin,
          base: { presence, includesSeq: current()?.includesSeq ?? 0 },
          leaving: leaving === true,
          tries: tries ?? null,
          triesReceived: stored.received,
        };
      }),

    beginSnapshot({ revision, includesSeq, kiosk }) {
      staging = { header: { revision, includesSeq, kiosk }, people: new Map(), buckets: [] };
    },

    addPage(revision, people, receivedMs) {
      const { people: staged, buckets } = requireStaging(staging, revision);
      if (staged.size + people.length > MAX_PEOPLE_PER_KIOSK) {
        throw new CodedError("roster.too-large", `a roster has ${MAX_PEOPLE_PER_KIOSK} people at most`);
      }
      for (let first = 0; first < people.length; first += PEOPLE_PER_BUCKET) {
        const some = people.slice(first, first + PEOPLE_PER_BUCKET);
        const bucket = buckets.length;
        for (const each of some) {
          if (staged.has(each.person)) {
            throw new CodedError("roster.duplicate", "someone came twice in one roster");
          }
          staged.set(each.person, { bucket, sealed: sealPerson(each, receivedMs) });
        }
        buckets.push(sealBucket(bucket, some));
      }
    },

    commitSnapshot(revision) {
      const { header, people, buckets } = requireStaging(staging, revision);
      change(() => {
        for (const table of ["people", "directory"]) driver.prepare(`DELETE FROM ${table}`).run([]);
        for (const [person, sealed] of people) writePerson(person, sealed);
        for (const bucket of buckets) writeBucket(bucket);
        return writeHeader(header);
      });
      staging = null;
    },

    applyDelta: (delta, receivedMs) => reading(() => applyDelta(delta, receivedMs)),
    wipe,
  };
}

function requireStaging(staging: Staging | null, revision: number): Staging {
  if (staging?.header.revision === revision) return staging;
  throw new CodedError("roster.revision", `a page of revision ${revision} came without its beginning`);
}

function entryOf({ person, number, name, role, language, moreTime }: RosterPerson): DirectoryEntry {
  return { person, number, name, role, language, moreTime };
}

function isSameEntry(one: RosterPerson, other: RosterPerson): boolean {
  return (
    one.number === other.number &&
    one.name === other.name &&
    one.role === other.role &&
    one.language === other.language &&
    one.moreTime === other.moreTime &&
    one.card === other.card
  );
}

/** What was written by other software may not fit. No cause: it would carry what it was about. */
function parsed<Value>(schema: z.ZodType<Value>, text: string, how?: typeof SELDOM): Value {
  const result = schema.safeParse(JSON.parse(text), how);
  if (!result.success)
    throw new CodedError("roster.damaged", "the roster on the card is none of this software");
  return result.data;
}
