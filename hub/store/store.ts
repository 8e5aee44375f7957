import { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { CodedError } from "../../protocol/errors.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { SqlDriverDialect } from "./kysely-sql-driver.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { HubTables, HubTransaction, Queries } from "./schema.ts";

/** The hub's database, migrated and ready. */
export interface HubStore {
  /** For reading, and for single changes. Inside {@link HubStore.transaction} use the transaction, or wait for ever. */
  readonly queries: Queries;
  /**
   * Runs `work` as one transaction: committed and on disk when this resolves, undone when `work` rejects. Transactions
   * run one after the other, so `work` must not wait for anything slow (a PIN's slow hash is derived before).
   */
  transaction<Result>(work: (transaction: HubTransaction) => Promise<Result>): Promise<Result>;
  /** Idempotent; also closes the driver. */
  close(): Promise<void>;
}

/**
 * A commit must survive a power cut: WAL with FULL is what loses nothing. EXCLUSIVE keeps a second hub off the same
 * file, and gives WAL to SQLite builds without shared memory; it has to be set before WAL is.
 */
const PRAGMAS = [
  "PRAGMA locking_mode = EXCLUSIVE",
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL",
  "PRAGMA foreign_keys = ON",
  // What was deleted is overwritten: an encrypted PIN that was destroyed must not stay in a free page.
  "PRAGMA secure_delete = ON",
];

/**
 * Brings the schema up to date and takes over the driver; it stays the caller's to close when this rejects: with
 * CodedError `store.migrate`, and with the driver's own errors.
 */
export async function openHubStore(driver: SqlDriver): Promise<HubStore> {
  for (const pragma of PRAGMAS) driver.exec(pragma);
  const queries = new Kysely<HubTables>({ dialect: new SqlDriverDialect(driver) });
  await migrate(queries);
  return {
    queries,
    transaction: (work) => queries.transaction().execute(work),
    close: () => queries.destroy(),
  };
}

/**
 * Brings the schema up to date. Rejects with CodedError `store.migrate` when a migration fails (nothing of it is applied
 * then) or the database was written by a newer hub.
 */
export async function migrate(queries: Kysely<HubTables>): Promise<void> {
  const migrator = new Migrator({
    db: queries,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw new CodedError("store.migrate", "the hub's database could not be brought up to date", {
      cause: error,
    });
  }
}
