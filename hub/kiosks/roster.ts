import type { KioskId, PersonId, StoreId, TerminalId } from "../../protocol/ids.ts";
import { MAX_MESSAGE_BYTES, MAX_PEOPLE_PER_PAGE } from "../../protocol/limits.ts";
import type { HubMessage } from "../../protocol/messages.ts";
import type { KioskSettings, PinVerifier, RosterPerson, RosterTries } from "../../protocol/roster.ts";
import { deriveVerifier } from "../../protocol/verifier.ts";
import type { HubContext } from "../context.ts";
import { countOpenForks } from "../forks/list.ts";
import type { PinOwner } from "../pins/pin-keys.ts";
import { presenceOfRow } from "../punches/presences.ts";
import type {
  Flag,
  HubTransaction,
  KiosksTable,
  PeopleTable,
  PinColumns,
  PresencesTable,
} from "../store/schema.ts";
import { readTries } from "../tries/tries.ts";
import { wrongPinSettings } from "../workspace/tries.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import { leapRevision } from "./revision.ts";

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
    const { revoked } = await transaction
      .selectFrom("terminals")
      .select("revoked")
      .where("id", "=", reader.terminal)
      .executeTakeFirstOrThrow();
    // Here, for a PIN that was changed because it is stolen must not reach it.
    if (revoked === 1) return { revision: from, messages: [] };
    // Two boxes may say that they are this terminal: none of them hears more before an admin has looked.
    if ((await countOpenForks(transaction, reader.terminal)) > 0) return { revision: from, messages: [] };
    const kiosk = await transaction
      .selectFrom("kiosks")
      .selectAll()
      .where("id", "=", reader.kiosk)
      .executeTakeFirstOrThrow();
    if (from === kiosk.roster_revision) return { revision: from, messages: [] };
    if (from > kiosk.roster_revision) {
      const revision = await leapRevision(transaction, kiosk, from);
      const leapt = { ...kiosk, roster_revision: revision };
      return { revision, messages: await snapshotOf(context, transaction, reader, leapt) };
    }
    const isDelta = from > 0 && from >= (kiosk.restored_revision ?? 0);
    const delta = isDelta ? await deltaOf(context, transaction, reader, kiosk, from) : null;
    const messages = delta ?? (await snapshotOf(context, transaction, reader, kiosk));
    return { revision: kiosk.roster_revision, messages };
  });
}

/** Null when so much changed that a snapshot in pages is the better way. */
async function deltaOf(
  context: HubContext,
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
    .select(["kiosk_people.removed", "kiosk_people.leaving", ...PRESENCE_COLUMNS])
    .where("kiosk_people.kiosk", "=", kiosk.id)
    .where("kiosk_people.changed_revision", ">", from)
    .orderBy("people.number")
    .limit(MAX_PEOPLE_PER_PAGE + 1)
    .execute();
  if (changed.length > MAX_PEOPLE_PER_PAGE) return null;
  const isGone = (row: PersonRow): boolean => (row.removed === 1 || row.active === 0) && !isLeaving(row);
  const tries = await readTries(transaction, reader, from, context.wallClock.wallMs());
  const upserts = changed
    .filter((row) => !isGone(row))
    .map((row) => rosterPersonOf(context, row, reader, tries));
  if (Buffer.byteLength(JSON.stringify(upserts)) > MAX_PEOPLE_BYTES) return null;
  return [
    {
      type: "rosterDelta",
      from,
      to: kiosk.roster_revision,
      ...(kiosk.settings_revision > from
        ? { kiosk: await settingsOf(context, transaction, reader, kiosk) }
        : {}),
      upserts,
      removed: changed.filter(isGone).map((row) => row.id),
      includesSeq: await includedSeq(transaction, reader),
    },
  ];
}

async function snapshotOf(
  context: HubContext,
  transaction: HubTransaction,
  reader: RosterReader,
  kiosk: KiosksTable,
): Promise<readonly HubMessage[]> {
  const rows = await transaction
    .selectFrom("kiosk_people")
    .innerJoin("people", "people.id", "kiosk_people.person")
    .leftJoin("presences", "presences.person", "people.id")
    .selectAll("people")
    .select(["kiosk_people.removed", "kiosk_people.leaving", ...PRESENCE_COLUMNS])
    .where("kiosk_people.kiosk", "=", kiosk.id)
    .where((row) =>
      row.or([
        row.and([row("kiosk_people.removed", "=", 0), row("people.active", "=", 1)]),
        row("kiosk_people.leaving", "=", 1),
        // Deactivated while clocked in: the slow hash stays until they have left.
        row.and([row("kiosk_people.removed", "=", 0), row("people.pin_slow_hash", "is not", null)]),
      ]),
    )
    .orderBy("people.number")
    .execute();
  const revision = kiosk.roster_revision;
  const tries = await readTries(transaction, reader, 0, context.wallClock.wallMs());
  return [
    {
      type: "rosterBegin",
      revision,
      people: rows.length,
      kiosk: await settingsOf(context, transaction, reader, kiosk),
      includesSeq: await includedSeq(transaction, reader),
    },
    ...pagesOf(rows.map((row) => rosterPersonOf(context, row, reader, tries))).map(
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
  readonly removed: Flag;
  readonly leaving: Flag;
} & {
  readonly [Column in "state" | "since_ms" | "spans"]: PresencesTable[Column] | null;
};

/** PIN case 11: unassigned or deactivated while clocked in, and not out since. */
function isLeaving(row: PersonRow): boolean {
  const isDeactivatedWithin = row.removed === 0 && row.active === 0 && row.pin_slow_hash !== null;
  return row.leaving === 1 || isDeactivatedWithin;
}

type TriesOfPeople = ReadonlyMap<PersonId, RosterTries>;

function rosterPersonOf(
  context: HubContext,
  row: PersonRow,
  reader: RosterReader,
  triesOfPeople: TriesOfPeople,
): RosterPerson {
  const tries = triesOfPeople.get(row.id);
  return {
    person: row.id,
    number: row.number,
    name: row.name,
    role: row.role,
    language: row.language,
    moreTime: row.more_time === 1,
    ...(row.card === null ? {} : { card: row.card }),
    pin: verifierOf(context, row.id, row.id, row, reader),
    presence: presenceOfRow(row),
    ...(isLeaving(row) ? { leaving: true } : {}),
    ...(tries === undefined ? {} : { tries }),
  };
}

async function settingsOf(
  context: HubContext,
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
    universalPin: kiosk.requires_pin === 1 ? verifierOf(context, kiosk.id, "universal", kiosk, reader) : null,
    ...(kiosk.requires_pin_lapsed === 1 ? { pinOffByPlan: true } : {}),
    tries: (await wrongPinSettings(transaction)).tries,
  };
}

function verifierOf(
  context: HubContext,
  owner: PinOwner,
  whose: PersonId | "universal",
  pin: PinColumns,
  reader: RosterReader,
): PinVerifier | null {
  if (pin.pin_salt === null || pin.pin_slow_hash === null) return null;
  const slowHash = context.secrets.pins.openSlowHash(owner, pin.pin_slow_hash);
  const verifier = deriveVerifier(reader.terminalKey, slowHash, whose, reader.kiosk);
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
