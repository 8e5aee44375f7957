import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import type { PersonId } from "../../protocol/ids.ts";
import {
  kioskSettings,
  pinVerifier,
  presence,
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
import { isDirectoryText, SELECT_DIRECTORY, type DirectoryText } from "./directory-text.ts";

/**
 * The roster on disk. A snapshot comes in pages that are staged beside the roster in use and swapped in at once, so
 * that a link lost half-way changes nothing; a delta is one transaction.
 */
export interface RosterStore {
  /** Null before the first roster. */
  current(): RosterHeader | null;
  /** Whom the kiosk knows, by number. */
  directory(): DirectoryText;
  person(id: PersonId): StoredPerson | null;
  beginSnapshot(header: RosterHeader): void;
  addPage(revision: number, people: readonly RosterPerson[]): void;
  commitSnapshot(revision: number): void;
  /** Says whether whom the kiosk knows, or the kiosk itself, is different now: a punch elsewhere changes neither. */
  applyDelta(delta: RosterDelta): { readonly directoryChanged: boolean };
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
}

const headerRow = z.object({ revision: z.int(), includes_seq: z.int(), kiosk: z.string() });

const directoryRow = z
  .object({
    person: rosterPerson.shape.person,
    number: rosterPerson.shape.number,
    name: rosterPerson.shape.name,
    role: rosterPerson.shape.role,
    language: rosterPerson.shape.language,
    more_time: z.int(),
  })
  .transform(({ more_time, ...rest }): DirectoryEntry => ({ ...rest, moreTime: more_time === 1 }));

/** Parsed at a start and after a change only: compiling these schemas would take longer than all their parses. */
const SELDOM = { jitless: true };

const PERSON_COLUMNS = "person, number, name, role, language, more_time, salt, verifier, presence, card";

export function openRosterStore(driver: SqlDriver): RosterStore {
  let staging: RosterHeader | null = null;
  /** The header on disk, for it is needed at every punch; null when it is to be read. */
  let known: RosterHeader | null = null;

  function current(): RosterHeader | null {
    known ??= readHeader();
    return known;
  }

  function readHeader(): RosterHeader | null {
    const row = driver.prepare("SELECT revision, includes_seq, kiosk FROM roster").get([]);
    if (row === undefined) return null;
    const parsed = headerRow.parse(row, SELDOM);
    return {
      revision: parsed.revision,
      includesSeq: parsed.includes_seq,
      kiosk: kioskSettings.parse(JSON.parse(parsed.kiosk), SELDOM),
    };
  }

  /** One transaction; whether it succeeds or not, the header is read anew after it. */
  function change(work: () => void): void {
    known = null;
    inTransaction(driver, work);
  }

  function writeHeader(header: RosterHeader): void {
    driver
      .prepare("INSERT OR REPLACE INTO roster (only_row, revision, includes_seq, kiosk) VALUES (1, ?, ?, ?)")
      .run([header.revision, header.includesSeq, JSON.stringify(header.kiosk)]);
  }

  function insertInto(table: "people" | "staged_people", people: readonly RosterPerson[]): void {
    const insert = driver.prepare(
      `INSERT OR REPLACE INTO ${table} (${PERSON_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const each of people) {
      insert.run([
        each.person,
        each.number,
        each.name,
        each.role,
        each.language,
        each.moreTime ? 1 : 0,
        each.pin?.salt ?? null,
        each.pin?.verifier ?? null,
        JSON.stringify(each.presence),
        each.card ?? null,
      ]);
    }
  }

  /** Whether the directory has exactly this entry already. */
  function isKnown({ person, number, name, role, language, moreTime, card }: RosterPerson): boolean {
    const known = driver
      .prepare(
        `SELECT 1 FROM people
         WHERE person = ? AND number = ? AND name = ? AND role = ? AND language IS ? AND more_time = ? AND card IS ?`,
      )
      .get([person, number, name, role, language, moreTime ? 1 : 0, card ?? null]);
    return known !== undefined;
  }

  return {
    current,

    directory() {
      const text = driver.prepare(SELECT_DIRECTORY).get([])?.["text"];
      if (!isDirectoryText(text)) throw new CodedError("store.sql", "SQLite gave no list of people");
      return text;
    },

    person(id) {
      const row = driver.prepare(`SELECT ${PERSON_COLUMNS} FROM people WHERE person = ?`).get([id]);
      if (row === undefined) return null;
      return {
        ...directoryRow.parse(row),
        pin: pinOf(row),
        base: {
          presence: presence.parse(JSON.parse(String(row["presence"]))),
          includesSeq: current()?.includesSeq ?? 0,
        },
        leaving: false,
        tries: null,
      };
    },

    beginSnapshot(header) {
      staging = header;
      inTransaction(driver, () => driver.prepare("DELETE FROM staged_people").run([]));
    },

    addPage(revision, people) {
      requireStaging(staging, revision);
      inTransaction(driver, () => insertInto("staged_people", people));
    },

    commitSnapshot(revision) {
      const header = requireStaging(staging, revision);
      change(() => {
        driver.prepare("DELETE FROM people").run([]);
        driver.prepare("INSERT INTO people SELECT * FROM staged_people").run([]);
        driver.prepare("DELETE FROM staged_people").run([]);
        writeHeader(header);
      });
      staging = null;
    },

    applyDelta(delta) {
      const before = current();
      if (before?.revision !== delta.from) {
        throw new CodedError(
          "roster.revision",
          `a change from revision ${delta.from} came, the roster here has ${before?.revision ?? "none"}`,
        );
      }
      const directoryChanged =
        delta.kiosk !== undefined || delta.removed.length > 0 || delta.upserts.some((each) => !isKnown(each));
      change(() => {
        insertInto("people", delta.upserts);
        const remove = driver.prepare("DELETE FROM people WHERE person = ?");
        for (const each of delta.removed) remove.run([each]);
        writeHeader({
          revision: delta.to,
          includesSeq: Math.max(before.includesSeq, delta.includesSeq),
          kiosk: delta.kiosk ?? before.kiosk,
        });
      });
      return { directoryChanged };
    },

    wipe() {
      staging = null;
      change(() => {
        for (const table of ["people", "staged_people", "roster"])
          driver.prepare(`DELETE FROM ${table}`).run([]);
      });
    },
  };
}

function requireStaging(staging: RosterHeader | null, revision: number): RosterHeader {
  if (staging?.revision === revision) return staging;
  throw new CodedError("roster.revision", `a page of revision ${revision} came without its beginning`);
}

function pinOf(row: SqlRow): PinVerifier | null {
  if (row["salt"] === null || row["verifier"] === null) return null;
  return pinVerifier.parse({ salt: row["salt"], verifier: row["verifier"] });
}
