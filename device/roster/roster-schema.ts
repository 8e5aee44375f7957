import type { SqlDriver } from "../../protocol/seams.ts";

/**
 * The roster's tables, sealed under the terminal's key. Ids of people are plain, as in the ledger. `directory` holds what
 * all screens need of everybody, some hundred people to a row, so that a start opens a hundred rows and not ten thousand;
 * `people` holds all that is known of one.
 */
export const SEALED_ROSTER = `
  DROP TABLE IF EXISTS staged_people;
  DROP TABLE IF EXISTS people;
  DROP TABLE IF EXISTS roster;
  CREATE TABLE roster (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE TABLE directory (
    bucket INTEGER PRIMARY KEY,
    people INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE TABLE people (
    person TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Takes a roster that is not sealed out of the file, pages that an earlier deletion left and the write-ahead log included;
 * the hub sends it anew. May be cut off anywhere and done again. Writes the whole file anew, once.
 */
export function erasePlainRoster(driver: SqlDriver): void {
  for (const table of ["staged_people", "people", "roster"]) driver.exec(`DROP TABLE IF EXISTS ${table}`);
  driver.exec("VACUUM");
  driver.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
