import type { KioskId, StoreId, TerminalId } from "../../protocol/ids.ts";
import { MAX_MESSAGE_BYTES, MAX_PEOPLE_PER_PAGE } from "../../protocol/limits.ts";
import type { HubMessage } from "../../protocol/messages.ts";
import type { KioskSettings, PinVerifier, RosterPerson } from "../../protocol/roster.ts";
import { deriveVerifier, type PinOwner } from "../../protocol/verifier.ts";
import type { HubContext } from "../context.ts";
import { presenceOfRow } from "../punches/presences.ts";
import type {
  HubTransaction,
  KiosksTable,
  PeopleTable,
  PinColumns,
  PresencesTable,
} from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";

/** What a terminal is told: nothing, a delta, or a snapshot in pages. */

/** UTF-8 bytes of people in one message: half of what a message may have, the rest is framing and settings. */
const MAX_PEOPLE_BYTES = MAX_MESSAGE_BYTES / 2;

export interface RosterReader {
  readonly terminal: TerminalId;
  readonly kiosk: KioskId;
  readonly store: StoreId;
  readonly terminalKey: Uint8Array;
}

export interface RosterUpdate {
  /** The revision the terminal has once it has taken `messages`, which may be none. */
  readonly revision: number;
  readonly messages: readonly HubMessage[];
}

/**
 * What brings a terminal from revision `from` (0: it has none) to the newest. A revision that the hub never gave out, as
 * after a restored backup, gets a snapshot.
 */
export async function rosterUpdate(
  context: HubContext,
  reader: RosterReader,
  from: number,
): Promise<RosterUpdate> {
  return context.store.transaction(async (transaction) => {
    const kiosk = await transaction
      .selectFrom("kiosks")
      .selectAll()
      .where("id", "=", reader.kiosk)
      .executeTakeFirstOrThrow();
    const revision = kiosk.roster_revision;
    if (from === revision) return { revision, messages: [] };
    const delta = from > 0 && from < revision ? await deltaOf(transaction, reader, kiosk, from) : null;
    return { revision, messages: delta ?? (await snapshotOf(transaction, reader, kiosk)) };
  });
}

/** Null when so much changed that a snapshot in pages is the better way. */
async function deltaOf(
  transaction: HubTransaction,
  reader: RosterReader,
  kiosk: KiosksTable,
  from: number,
): Promise<readonly HubMessage[] | null> {
  const changed = await transaction
    .selectFrom("kiosk_people")
    .innerJoin("people", "people.id", "kiosk_people.person")
    .leftJoin("presences", "presences.person", "people.id")
    .selectAll("people")
    .select(["kiosk_people.removed", ...PRESENCE_COLUMNS])
    .where("kiosk_people.kiosk", "=", kiosk.id)
    .where("kiosk_people.changed_revision", ">", from)
    .orderBy("people.number")
    .limit(MAX_PEOPLE_PER_PAGE + 1)
    .execute();
  if (changed.length > MAX_PEOPLE_PER_PAGE) return null;
  const isGone = (row: { readonly removed: number; readonly active: number }): boolean =>
    row.removed === 1 || row.active === 0;
  const upserts = changed.filter((row) => !isGone(row)).map((row) => rosterPersonOf(row, reader));
  if (Buffer.byteLength(JSON.stringify(upserts)) > MAX_PEOPLE_BYTES) return null;
  return [
    {
      type: "rosterDelta",
      from,
      to: kiosk.roster_revision,
      ...(kiosk.settings_revision > from ? { kiosk: await settingsOf(transaction, reader, kiosk) } : {}),
      upserts,
      removed: changed.filter(isGone).map((row) => row.id),
      includesSeq: await includedSeq(transaction, reader),
    },
  ];
}

async function snapshotOf(
  transaction: HubTransaction,
  reader: RosterReader,
  kiosk: KiosksTable,
): Promise<readonly HubMessage[]> {
  const rows = await transaction
    .selectFrom("kiosk_people")
    .innerJoin("people", "people.id", "kiosk_people.person")
    .leftJoin("presences", "presences.person", "people.id")
    .selectAll("people")
    .select(PRESENCE_COLUMNS)
    .where("kiosk_people.kiosk", "=", kiosk.id)
    .where("kiosk_people.removed", "=", 0)
    .where("people.active", "=", 1)
    .orderBy("people.number")
    .execute();
  const revision = kiosk.roster_revision;
  return [
    {
      type: "rosterBegin",
      revision,
      people: rows.length,
      kiosk: await settingsOf(transaction, reader, kiosk),
      includesSeq: await includedSeq(transaction, reader),
    },
    ...pagesOf(rows.map((row) => rosterPersonOf(row, reader))).map(
      (people) => ({ type: "rosterPage", revision, people }) as const,
    ),
    { type: "rosterEnd", revision },
  ];
}

/** Splits people so that every page keeps the limits in number and in bytes. */
export function pagesOf(people: readonly RosterPerson[]): RosterPerson[][] {
  const pages: RosterPerson[][] = [];
  let page: RosterPerson[] = [];
  let pageBytes = 0;
  for (const person of people) {
    const bytes = Buffer.byteLength(JSON.stringify(person)) + 1;
    if (page.length === MAX_PEOPLE_PER_PAGE || pageBytes + bytes > MAX_PEOPLE_BYTES) {
      pages.push(page);
      page = [];
      pageBytes = 0;
    }
    page.push(person);
    pageBytes += bytes;
  }
  if (page.length > 0) pages.push(page);
  return pages;
}

const PRESENCE_COLUMNS = ["presences.state", "presences.since_ms", "presences.spans"] as const;

type PersonRow = PeopleTable & {
  readonly [Column in "state" | "since_ms" | "spans"]: PresencesTable[Column] | null;
};

function rosterPersonOf(row: PersonRow, reader: RosterReader): RosterPerson {
  return {
    person: row.id,
    number: row.number,
    name: row.name,
    role: row.role,
    language: row.language,
    moreTime: row.more_time === 1,
    ...(row.card === null ? {} : { card: row.card }),
    pin: verifierOf(row, row.id, reader),
    presence: presenceOfRow(row),
  };
}

async function settingsOf(
  transaction: HubTransaction,
  reader: RosterReader,
  kiosk: KiosksTable,
): Promise<KioskSettings> {
  const workspace = await theWorkspace(transaction);
  return {
    kiosk: kiosk.id,
    name: kiosk.name,
    requiresPin: kiosk.requires_pin === 1,
    pinLength: workspace.pinLength,
    numberLength: workspace.numberLength,
    timeZone: kiosk.time_zone,
    language: kiosk.language,
    universalPin: kiosk.requires_pin === 1 ? verifierOf(kiosk, "universal", reader) : null,
  };
}

function verifierOf(pin: PinColumns, owner: PinOwner, reader: RosterReader): PinVerifier | null {
  if (pin.pin_salt === null || pin.pin_slow_hash === null) return null;
  const slowHash = new Uint8Array(Buffer.from(pin.pin_slow_hash, "base64"));
  const verifier = deriveVerifier(reader.terminalKey, slowHash, owner, reader.kiosk);
  return { salt: pin.pin_salt, verifier: Buffer.from(verifier).toString("base64") };
}

async function includedSeq(transaction: HubTransaction, reader: RosterReader): Promise<number> {
  const store = await transaction
    .selectFrom("stores")
    .select("acked_seq")
    .where("terminal", "=", reader.terminal)
    .where("store", "=", reader.store)
    .executeTakeFirst();
  return store?.acked_seq ?? 0;
}
