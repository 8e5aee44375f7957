import { EMPTY_CHAIN } from "../../protocol/chain.ts";
import { ID_LENGTH, storeId, type PersonId, type TerminalId } from "../../protocol/ids.ts";
import { MAX_PEOPLE_PER_PAGE } from "../../protocol/limits.ts";
import type { KioskSettings, RosterPerson } from "../../protocol/roster.ts";
import type { Random, SqlDriver } from "../../protocol/seams.ts";
import { readDirectory } from "../roster/directory-text.ts";
import { rosterCipher } from "../roster/roster-cipher.ts";
import { openRosterStore, type RosterStore, type StoredPerson } from "../roster/roster-store.ts";
import { ledgerAt, type Ledger } from "./ledger.ts";
import { presenceFromLedger, triesFromLedger } from "./person-record.ts";
import { openPoweredTime, type PoweredTime } from "./powered-time.ts";
import { openSignedHeads } from "./signed-heads.ts";
import type { Boot } from "./store.ts";

/**
 * What a terminal goes on with after its ledger was recovered into a new one: whom it knows, where they stand, and their wrong
 * PINs, as the old ledger had them. The roster counts events by the old store's numbers, so it is rewritten for the new
 * one: what the old events did becomes part of what the hub said. Its revision is 0, so that the hub sends all of it anew.
 */
export interface CarriedOver {
  readonly kiosk: KioskSettings;
  readonly people: readonly RosterPerson[];
}

const REVISION = 0;
/** A try leaves the day's count after a day (product.md section 3, "Waits"). */
const LONGEST_WAIT_MS = 86_400_000;
/** The old ledger is only read. */
const NO_STORE = storeId.parse("0".repeat(ID_LENGTH));

/** As much as can be read of the damaged database; null without a roster. Never throws, and writes nothing. */
export function readCarryOver(
  driver: SqlDriver,
  terminal: TerminalId,
  boot: Boot,
  random: Random,
  terminalKey: Uint8Array,
): CarriedOver | null {
  try {
    // A roster that cannot be opened is wiped by who finds that; this file is to be kept as it is.
    driver.exec("PRAGMA query_only = ON");
    const roster = openRosterStore(driver, rosterCipher(terminalKey, random), boot.id);
    const header = roster.current();
    if (header === null) return null;
    const { people, cards } = readDirectory(roster.directory());
    const ledger = ledgerAt(
      driver,
      terminal,
      NO_STORE,
      EMPTY_CHAIN,
      0,
      openSignedHeads(driver, terminal, NO_STORE, null),
    );
    const powered = openPoweredTime(
      driver,
      boot,
      orElse(null, () => ledger.newestMoment()),
    );
    const cardOf = new Map(cards.map(({ person, card }) => [person, card]));
    return {
      kiosk: header.kiosk,
      people: people.flatMap(({ person }) => {
        const stored = storedPerson(roster, person);
        if (stored === null) return [];
        return [carried({ driver, ledger, powered, boot, kiosk: header.kiosk }, stored, cardOf.get(person))];
      }),
    };
  } catch {
    return null;
  }
}

function storedPerson(roster: RosterStore, person: PersonId): StoredPerson | null {
  try {
    return roster.person(person);
  } catch {
    return null;
  }
}

interface OldLedger {
  readonly driver: SqlDriver;
  readonly ledger: Ledger;
  readonly powered: PoweredTime;
  readonly boot: Boot;
  readonly kiosk: KioskSettings;
}

function carried(
  { driver, ledger, powered, boot, kiosk }: OldLedger,
  stored: StoredPerson,
  card: string | undefined,
): RosterPerson {
  const { person, number, name, role, language, moreTime, pin, base, leaving } = stored;
  const elsewhere =
    stored.tries === null
      ? null
      : { tries: stored.tries, received: stored.triesReceived, includesSeq: base.includesSeq };
  const presence = orElse(base.presence, () => presenceFromLedger(driver, ledger, person, base));
  const tries = orElse(null, () => triesFromLedger(driver, powered, person, kiosk.tries, elsewhere));
  const waitMs = Math.ceil(
    Math.min(LONGEST_WAIT_MS, Math.max(0, (tries?.waitUntilMs ?? 0) - boot.startedMs)),
  );
  return {
    person,
    number,
    name,
    role,
    language,
    moreTime,
    ...(card === undefined ? {} : { card }),
    pin,
    presence,
    ...(leaving ? { leaving } : {}),
    ...(tries === null || tries.count === 0
      ? {}
      : { tries: { resetSeq: 0, clearedSeq: 0, elsewhere: tries.count, elsewhereWaitMs: waitMs } }),
  };
}

function orElse<Value>(otherwise: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Makes it the roster of a new ledger. */
export function writeCarryOver(
  driver: SqlDriver,
  boot: Boot,
  random: Random,
  terminalKey: Uint8Array,
  { kiosk, people }: CarriedOver,
): void {
  const roster = openRosterStore(driver, rosterCipher(terminalKey, random), boot.id);
  roster.beginSnapshot({ revision: REVISION, includesSeq: 0, kiosk });
  for (let first = 0; first < people.length; first += MAX_PEOPLE_PER_PAGE) {
    roster.addPage(REVISION, people.slice(first, first + MAX_PEOPLE_PER_PAGE), boot.startedMs);
  }
  roster.commitSnapshot(REVISION);
}
