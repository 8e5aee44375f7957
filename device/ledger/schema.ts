import { CodedError } from "../../protocol/errors.ts";
import { erasePlainRoster, SEALED_ROSTER } from "../roster/roster-schema.ts";
import { KEEPING } from "./keeping-schema.ts";
import { TRIES, UNLOCKS } from "./tries-schema.ts";
import { CLOCKS } from "./true-times.ts";
import type { SqlDriver } from "../../protocol/seams.ts";

/**
 * The terminal's database: ledger and roster in one file, so that what a punch was decided by and the punch itself
 * share one transaction. WAL with synchronous=FULL: one fsync a commit, and an acknowledged row survives a power cut
 * (measured: NORMAL loses rows, FULL none).
 */
const PRAGMAS = `
  PRAGMA page_size = 4096;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA secure_delete = ON;
`;

/** Each entry brings the schema from its index to the next; entries are never edited once released. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    store_id TEXT NOT NULL,
    acked_seq INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    person TEXT,
    hash TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_person ON events (person, seq) WHERE person IS NOT NULL;
  CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;

  CREATE TABLE roster (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL,
    includes_seq INTEGER NOT NULL,
    kiosk TEXT NOT NULL
  ) STRICT;
  CREATE TABLE people (
    person TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT,
    more_time INTEGER NOT NULL,
    salt TEXT,
    verifier TEXT,
    presence TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE staged_people (
    person TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT,
    more_time INTEGER NOT NULL,
    salt TEXT,
    verifier TEXT,
    presence TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Whom the kiosk knows, in the order and with the columns it is asked for: a start reads it whole.
  "CREATE INDEX people_by_number ON people (number, person, name, role, language, more_time)",
  // Added at the end of both tables: a staged roster is moved over column by column.
  `
  ALTER TABLE people ADD COLUMN card TEXT;
  ALTER TABLE staged_people ADD COLUMN card TEXT;
  CREATE INDEX people_by_card ON people (card, person) WHERE card IS NOT NULL;
  `,
  SEALED_ROSTER,
  TRIES,
  KEEPING,
  UNLOCKS,
  CLOCKS,
];

/** Brings a new or older database up to date. A database of a newer version is refused with `store.newer`. */
export function prepareDatabase(driver: SqlDriver): void {
  driver.exec(PRAGMAS);
  const version = schemaVersion(driver);
  if (version > MIGRATIONS.length) {
    throw new CodedError(
      "store.newer",
      `the terminal's database has schema ${version}, this software knows ${MIGRATIONS.length}: install the newer software again`,
    );
  }
  MIGRATIONS.slice(version).forEach((migration, index) => {
    // Apart from the transaction, for VACUUM cannot be in one.
    if (version > 0 && migration === SEALED_ROSTER) erasePlainRoster(driver);
    inTransaction(driver, () => {
      driver.exec(migration);
      driver.exec(`PRAGMA user_version = ${version + index + 1}`);
      driver.exec(`PRAGMA application_id = ${APPLICATION + version + index + 1}`);
    });
  });
}

/** "PB", and the version once more: one flipped bit does not make a database look like newer software's. */
const APPLICATION = 0x5042_0000;
/** Versions from which on it is there. */
const VERSIONS_WITH_APPLICATION = 6;

function schemaVersion(driver: SqlDriver): number {
  const number = (pragma: string): number =>
    Number(driver.prepare(`PRAGMA ${pragma}`).get([])?.[pragma] ?? 0);
  const version = number("user_version");
  const application = number("application_id");
  const isPlain = application === 0 && version >= 0 && version < VERSIONS_WITH_APPLICATION;
  if (isPlain || application === APPLICATION + version) return version;
  throw new CodedError(
    "store.corrupt",
    `the database says that its schema is ${version}, and that it is not`,
  );
}

/** Runs `work` in one transaction; rolls back and rethrows when it throws. */
export function inTransaction<Result>(driver: SqlDriver, work: () => Result): Result {
  driver.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    driver.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk may have rolled back already; then there is nothing to undo and the first error is the one that counts.
    try {
      driver.exec("ROLLBACK");
    } catch {
      throw error;
    }
    throw error;
  }
}
