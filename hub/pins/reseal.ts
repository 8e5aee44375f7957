import { CodedError } from "../../protocol/errors.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction, PinColumns, Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { refuseWriteOnly } from "./person-pin.ts";
import type { PinOwner } from "./pin-keys.ts";
import { openPin } from "./pins.ts";

/**
 * Key rotation: everything kept of PINs is opened and sealed again under the newest key, in batches. It may be cut short
 * at any time; the next start goes on, and meanwhile what is under either key can be read.
 */

/** PINs of one transaction. */
const BATCH = 200;
const PIN_COLUMNS = ["pin_salt", "pin_slow_hash", "pin_index", "pin_sealed"] as const;

/** Seals again what is not under the newest key; resolves with how many PINs that were, none when all is well. */
export async function resealPins(context: HubContext): Promise<number> {
  let resealed = 0;
  for (const batchOf of [ownersBatch("people"), ownersBatch("kiosks"), shelvedBatch]) {
    for (;;) {
      const done = await context.store.transaction((transaction) => batchOf(context, transaction));
      resealed += done;
      if (done < BATCH) break;
    }
  }
  return resealed;
}

/**
 * An index is made from the PIN itself, so a rotation needs them all. Rejects with CodedError `pin.write-only`, or
 * `pin.unreadable` when some were set while PINs were.
 */
export async function refuseUnreadable(queries: Queries): Promise<void> {
  const workspace = await theWorkspace(queries);
  refuseWriteOnly(workspace);
  let unreadable = 0;
  for (const table of ["people", "kiosks", "shelved_pins"] as const) {
    const { count } = await queries
      .selectFrom(table)
      .select((expression) => expression.fn.countAll<number>().as("count"))
      .where("pin_index", "is not", null)
      .where("pin_sealed", "is", null)
      .executeTakeFirstOrThrow();
    unreadable += count;
  }
  if (unreadable > 0) {
    throw new CodedError(
      "pin.unreadable",
      `${unreadable} PINs were set while PINs were write-only: give new ones, then the key can be changed`,
    );
  }
}

type Batch = (context: HubContext, transaction: HubTransaction) => Promise<number>;

/** People and kiosks carry their PIN themselves. */
function ownersBatch(table: "people" | "kiosks"): Batch {
  return async (context, transaction) => {
    const rows = await transaction
      .selectFrom(table)
      .select(["id", ...PIN_COLUMNS])
      .where("pin_slow_hash", "not like", newest(context))
      .limit(BATCH)
      .execute();
    for (const row of rows) {
      const columns = resealed(context, row.id, row);
      await transaction.updateTable(table).set(columns).where("id", "=", row.id).execute();
    }
    return rows.length;
  };
}

async function shelvedBatch(context: HubContext, transaction: HubTransaction): Promise<number> {
  const rows = await transaction
    .selectFrom("shelved_pins")
    .selectAll()
    .where("pin_slow_hash", "not like", newest(context))
    .limit(BATCH)
    .execute();
  for (const row of rows) {
    await transaction
      .updateTable("shelved_pins")
      .set(resealed(context, row.owner, row))
      .where("owner", "=", row.owner)
      .where("length", "=", row.length)
      .execute();
  }
  return rows.length;
}

/** For LIKE: what is sealed under the newest key. */
function newest(context: HubContext): string {
  return `${context.secrets.pins.currentPrefix}%`;
}

/** The same PIN under the newest key. */
function resealed(context: HubContext, owner: PinOwner, row: PinColumns): Partial<PinColumns> {
  const { random, secrets } = context;
  const { pin_slow_hash: kept, pin_index: index } = row;
  if (kept === null) return {};
  const slowHash = secrets.pins.isSealed(kept)
    ? secrets.pins.open(owner, "slow hash", kept)
    : // From before slow hashes were sealed.
      new Uint8Array(Buffer.from(kept, "base64"));
  const pin_slow_hash = secrets.pins.seal(owner, "slow hash", slowHash, random);
  const pin = openPin(context, owner, row);
  if (pin === null) return { pin_slow_hash, pin_index: index === null ? null : secrets.pins.withId(index) };
  const pin_sealed = secrets.pins.seal(owner, "pin", Buffer.from(pin), random);
  return { pin_slow_hash, pin_sealed, pin_index: index === null ? null : secrets.pins.index(pin) };
}
