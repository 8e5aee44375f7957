import { EMPTY_CHAIN } from "../../protocol/chain.ts";
import { EXPORT_VERSION, type ExportLine } from "../../protocol/export-format.ts";
import type { EventSeq, StoreId, TerminalId } from "../../protocol/ids.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { Queries } from "../store/schema.ts";
import type { HeadsTable } from "../store/stores-schema.ts";

/**
 * The hub's copy of the terminals' ledgers, in the format that `punchbox export` writes on a terminal (docs/ledger.md): each
 * event verbatim and each signature as it came, so that `punchbox verify` needs no hub. Gaps and forks are in it as they are.
 */

/** Read at once, so that a large ledger is never in memory as a whole. */
const ROWS_PER_READ = 1_000;

interface ExportedStore {
  readonly terminal: TerminalId;
  /** As its events name it. */
  readonly store: StoreId;
  /** Under which ids its events are here: its own first, then those of other histories of it. */
  readonly histories: readonly StoreId[];
}

/** Of one terminal, or of all (null). Rejects with CodedError `terminal.unknown`. */
export async function exportedLedger(
  queries: Queries,
  terminal: TerminalId | null,
): Promise<AsyncIterable<ExportLine>> {
  let selected = queries.selectFrom("terminals").select(["id", "public_key"]).orderBy("id");
  if (terminal !== null) selected = selected.where("id", "=", terminal);
  const terminals = await selected.execute();
  if (terminal !== null && terminals.length === 0) {
    throw new CodedError("terminal.unknown", "there is no such terminal");
  }
  return lines(
    queries,
    terminals.map((row) => ({ terminal: row.id, publicKey: row.public_key })),
  );
}

async function* lines(
  queries: Queries,
  terminals: Extract<ExportLine, { type: "punchbox-ledger" }>["terminals"],
): AsyncIterable<ExportLine> {
  yield { type: "punchbox-ledger", version: EXPORT_VERSION, terminals };
  let events = 0;
  let heads = 0;
  for (const { terminal } of terminals) {
    for (const exported of await storesOf(queries, terminal)) {
      const { store } = exported;
      yield { type: "store", terminal, store, after: EMPTY_CHAIN };
      for (const history of exported.histories) {
        for await (const text of textsOf(queries, terminal, history)) {
          yield { type: "event", text };
          events += 1;
        }
      }
      for await (const head of headsOf(queries, terminal, store)) {
        yield head;
        heads += 1;
      }
    }
  }
  yield { type: "end", events, heads };
}

async function storesOf(queries: Queries, terminal: TerminalId): Promise<ExportedStore[]> {
  const rows = await queries
    .selectFrom("stores")
    .select(["store", "origin"])
    .where("terminal", "=", terminal)
    .orderBy("store")
    .execute();
  const named = Map.groupBy(rows, (row) => row.origin ?? row.store);
  return [...named].map(([store, histories]) => ({
    terminal,
    store,
    histories: histories
      .toSorted((one, other) => Number(one.origin !== null) - Number(other.origin !== null))
      .map((row) => row.store),
  }));
}

async function* textsOf(queries: Queries, terminal: TerminalId, store: StoreId): AsyncIterable<string> {
  for (let after: EventSeq | null = null; ;) {
    let selected = queries
      .selectFrom("events")
      .select(["seq", "text"])
      .where("terminal", "=", terminal)
      .where("store", "=", store);
    if (after !== null) selected = selected.where("seq", ">", after);
    const rows: { seq: EventSeq; text: string }[] = await selected
      .orderBy("seq")
      .limit(ROWS_PER_READ)
      .execute();
    for (const { text } of rows) yield text;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

async function* headsOf(
  queries: Queries,
  terminal: TerminalId,
  store: StoreId,
): AsyncIterable<Extract<ExportLine, { type: "head" }>> {
  type Row = Pick<HeadsTable, "seq" | "hash" | "signature">;
  for (let after: Row | null = null; ;) {
    let selected = queries
      .selectFrom("heads")
      .select(["seq", "hash", "signature"])
      .where("terminal", "=", terminal)
      .where("store", "=", store);
    if (after !== null) {
      const { seq, hash } = after;
      selected = selected.where((row) => row(row.refTuple("seq", "hash"), ">", row.tuple(seq, hash)));
    }
    const rows: Row[] = await selected.orderBy("seq").orderBy("hash").limit(ROWS_PER_READ).execute();
    for (const { seq, hash, signature } of rows) {
      yield { type: "head", terminal, store, seq, hash, signature };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
  }
}
