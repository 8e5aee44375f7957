import {
  Kysely,
  PostgresDialect,
  sql,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from "kysely";
import { Pool, types, type PoolClient } from "pg";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import type { HubTables } from "./schema.ts";
import { migrate, type HubStore } from "./store.ts";
import { Turns } from "./turns.ts";

/** The door of the package `pg`: the hub's store on PostgreSQL, with the promises that it has on SQLite. */

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** A transaction waits this long for another hub's; each takes milliseconds. */
const LOCK_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** A hub that hangs within a transaction, or lost its network there, must not keep the others out. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
/** Names the lock that every transaction of a hub holds: "punchbox" cut to a 32-bit number. */
const TRANSACTION_LOCK = 0x70756e63;

/** Error codes of PostgreSQL, appendix A of its manual. */
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Connects to a database that is the hub's alone and brings its schema up to date. Transactions run one after the
 * other, as on SQLite, also those of several hubs on one database: each holds one lock until it has ended. Rejects with
 * CodedError `store.open` (no such server, refused, or not UTF-8; `url` is not repeated, for it may hold a password) or
 * `store.migrate`; queries reject with `store.sql`, or `store.busy` when the lock is not to be had.
 */
export async function openPostgresStore(url: string): Promise<HubStore> {
  const pool = openPool(url);
  const queries = new Kysely<HubTables>({ dialect: new PostgresDialect({ pool: codedPool(pool) }) });
  try {
    await requireUtf8(queries);
    await migrate(queries);
  } catch (error) {
    await queries.destroy();
    throw error;
  }
  const turns = new Turns();
  let closing: Promise<void> | null = null;
  return {
    queries,
    // Turns are taken here first, so that waiting for the lock takes one connection and not all of them.
    transaction: (work) =>
      turns.take(() =>
        queries
          .transaction()
          // After the lock each statement sees what is committed: nobody else can be half way.
          .setIsolationLevel("read committed")
          .execute(async (transaction) => {
            await sql`select pg_advisory_xact_lock(${TRANSACTION_LOCK})`.execute(transaction);
            return work(transaction);
          }),
      ),
    close: () => (closing ??= queries.destroy()),
  };
}

types.setTypeParser(types.builtins.INT8, safeInteger);

function openPool(url: string): Pool {
  try {
    const pool = new Pool({
      connectionString: url,
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      application_name: "punchbox-hub",
    });
    // The pool has dropped the connection by then; the next query opens another, or fails and says so.
    pool.on("error", () => undefined);
    return pool;
  } catch {
    throw new CodedError("store.open", "the database's URL must look like postgres://user@host:5432/name");
  }
}

/** bigint and count(): all of the hub's are instants and counts, which a number holds exactly. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new CodedError("store.sql", "a number is too large to be exact");
  return value;
}

async function requireUtf8(queries: Kysely<HubTables>): Promise<void> {
  let encoding: string | undefined;
  try {
    const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(queries);
    encoding = rows[0]?.server_encoding;
  } catch (cause) {
    throw new CodedError("store.open", `cannot reach the PostgreSQL database: ${reasonOf(cause)}`, { cause });
  }
  if (encoding !== "UTF8") {
    throw new CodedError(
      "store.open",
      "the PostgreSQL database must have the encoding UTF8: make it with ENCODING 'UTF8' TEMPLATE template0",
    );
  }
}

function reasonOf(error: unknown): string {
  return codeOf(error instanceof CodedError ? error.cause : error);
}

/** The pool with every error of a query or connection as a CodedError. */
function codedPool(pool: Pool): PostgresPool {
  const clients = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await coded(() => pool.connect());
      const known = clients.get(client);
      if (known !== undefined) return known;
      const wrapped = codedClient(client);
      clients.set(client, wrapped);
      return wrapped;
    },
  };
}

function codedClient(client: PoolClient): PostgresPoolClient {
  function query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== "string") throw new CodedError("store.sql", "the hub reads no cursors");
    return coded(() => client.query(text, [...parameters]));
  }
  return { query, release: (destroy) => client.release(destroy) };
}

async function coded<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    if (codeOf(cause) === LOCK_NOT_AVAILABLE) {
      throw new CodedError("store.busy", "another hub holds this database for too long", { cause });
    }
    throw new CodedError("store.sql", cause instanceof Error ? cause.message : "PostgreSQL failed", {
      cause,
    });
  }
}
