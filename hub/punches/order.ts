import type { EventSeq, StoreId, TerminalId } from "../../protocol/ids.ts";
import type { Queries } from "../store/schema.ts";
import type { EventKey } from "./history.ts";

/**
 * `order_ms` of a punch, or of the one that an undo takes back; of an unknown time that of its boot's first punch. Null when
 * none of them is there.
 */
export async function orderOfEvent(
  queries: Queries,
  { terminal, store, seq }: EventKey,
): Promise<number | null> {
  const undo = await queries
    .selectFrom("undos")
    .select("target")
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("seq", "=", seq)
    .executeTakeFirst();
  return orderOfPunch(queries, terminal, store, undo?.target ?? seq);
}

async function orderOfPunch(
  queries: Queries,
  terminal: TerminalId,
  store: StoreId,
  seq: EventSeq,
): Promise<number | null> {
  const row = await queries
    .selectFrom("punches")
    .select("order_ms")
    .where("terminal", "=", terminal)
    .where("store", "=", store)
    .where("seq", "=", seq)
    .executeTakeFirst();
  return row?.order_ms ?? null;
}
