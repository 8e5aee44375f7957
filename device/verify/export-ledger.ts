import { chainHeadBytes } from "../../protocol/chain.ts";
import { GENESIS_HASH } from "../../protocol/events.ts";
import { signBytes } from "../../protocol/identity.ts";
import { storeId, type StoreId, type TerminalId } from "../../protocol/ids.ts";
import type { SqlDriver, SqlRow } from "../../protocol/seams.ts";
import { EXPORT_VERSION, type ExportLine } from "../../protocol/export-format.ts";

/** Read at once, so that a large ledger is never in memory as a whole. */
const ROWS_PER_READ = 1_000;

export interface Exporter {
  readonly terminal: TerminalId;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The lines of an export of a terminal's own ledger. The newest event is signed as it is written. */
export function* exportLedger(
  driver: SqlDriver,
  { terminal, publicKey, privateKey }: Exporter,
): Iterable<ExportLine> {
  yield { type: "punchbox-ledger", version: EXPORT_VERSION, terminals: [{ terminal, publicKey }] };
  let events = 0;
  let heads = 0;
  for (const { store, after, table } of stores(driver)) {
    yield { type: "store", terminal, store, after };
    let last: SqlRow | undefined;
    for (const row of eventsOf(driver, store, table, after.seq)) {
      yield { type: "event", text: String(row["text"]) };
      events += 1;
      last = row;
    }
    const signed = driver
      .prepare("SELECT seq, hash, signature FROM signed_heads WHERE store = ? AND seq > ? ORDER BY seq")
      .all([store, after.seq]);
    for (const { seq, hash, signature } of signed) {
      yield {
        type: "head",
        terminal,
        store,
        seq: Number(seq),
        hash: String(hash),
        signature: String(signature),
      };
      heads += 1;
    }
    if (last === undefined || signed.at(-1)?.["seq"] === last["seq"]) continue;
    const head = { seq: Number(last["seq"]), hash: String(last["hash"]) };
    const signature = signBytes(privateKey, chainHeadBytes(terminal, store, head));
    yield { type: "head", terminal, store, ...head, signature };
    heads += 1;
  }
  yield { type: "end", events, heads };
}

interface ExportedStore {
  readonly store: StoreId;
  readonly after: { readonly seq: number; readonly hash: string };
  readonly table: "events" | "old_events";
}

function stores(driver: SqlDriver): ExportedStore[] {
  const genesis = { seq: 0, hash: GENESIS_HASH };
  const old = driver
    .prepare("SELECT store FROM old_stores ORDER BY ordinal")
    .all([])
    .map(({ store }): ExportedStore => ({
      store: storeId.parse(store),
      after: genesis,
      table: "old_events",
    }));
  const own = driver.prepare("SELECT store_id, seq, hash FROM store, checkpoint").get([]);
  if (own === undefined) return old;
  const after = { seq: Number(own["seq"]), hash: String(own["hash"]) };
  return [...old, { store: storeId.parse(own["store_id"]), after, table: "events" }];
}

function* eventsOf(driver: SqlDriver, store: StoreId, table: string, afterSeq: number): Iterable<SqlRow> {
  const where = table === "events" ? "? IS NOT NULL" : "store = ?";
  for (let after = afterSeq; ;) {
    const rows = driver
      .prepare(
        `SELECT seq, hash, text FROM ${table} WHERE ${where} AND seq > ? ORDER BY seq LIMIT ${ROWS_PER_READ}`,
      )
      .all([store, after]);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = Number(last["seq"]);
  }
}
