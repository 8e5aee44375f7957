import { beforeEach, describe, expect, test } from "vitest";
import type { EventDraft } from "../../protocol/events.ts";
import {
  bootId,
  eventSeq,
  kioskId,
  makeId,
  personId,
  terminalId,
  type BootId,
  type EventSeq,
} from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { KioskSettings, PinVerifier, RosterPerson, RosterTries } from "../../protocol/roster.ts";
import type { SqlDriver } from "../../protocol/seams.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import type { EventStamp } from "./ledger.ts";
import { budgetLeft } from "./spray-budget.ts";
import { openTerminalStore, type PersonRecord, type TerminalStore } from "./store.ts";
import { MAX_WRONG_PINS } from "./wrong-pins.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KEY = new Uint8Array(32).fill(7);
const terminal = makeId(terminalId, systemRandom);
const ana = makeId(personId, systemRandom);
const jan = makeId(personId, systemRandom);
const FIRST_BOOT = makeId(bootId, systemRandom);
const NO_TRIES_ELSEWHERE: RosterTries = { resetSeq: 0, clearedSeq: 0, elsewhere: 0, elsewhereWaitMs: 0 };
const { triesPerDay, spray } = DEFAULT_TRY_SETTINGS;

const kiosk: KioskSettings = {
  kiosk: makeId(kioskId, systemRandom),
  name: "Westside Bar",
  requiresPin: true,
  pinLength: 4,
  numberLength: 4,
  timeZone: "UTC",
  language: "en",
  universalPin: null,
  tries: DEFAULT_TRY_SETTINGS,
};

const pinOf = (fill: number): PinVerifier => ({
  salt: Buffer.alloc(16, fill).toString("base64"),
  verifier: Buffer.alloc(32, fill).toString("base64"),
});

const entryOf = (person: typeof ana, more: Partial<RosterPerson> = {}): RosterPerson => ({
  person,
  number: person === ana ? "1002" : "1001",
  name: person === ana ? "Ana" : "Jan",
  role: "regular",
  language: null,
  moreTime: false,
  pin: pinOf(1),
  presence: NEVER_PUNCHED,
  ...more,
});

/** A terminal's database and the boot it is in; `atMs` is monotonic. */
class Box {
  store: TerminalStore;
  boot: BootId = FIRST_BOOT;
  readonly #driver: SqlDriver;
  #revision = 1;

  constructor(driver: SqlDriver = openBetterSqlite3(":memory:")) {
    this.#driver = driver;
    this.store = this.#open(0);
    this.store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
    this.store.addPage(1, [entryOf(ana), entryOf(jan)], 0);
    this.store.commitSnapshot(1);
  }

  /** Another boot of the machine, or only of the daemon. */
  restart(startedMs: number, boot: BootId = makeId(bootId, systemRandom)): void {
    this.boot = boot;
    this.store = this.#open(startedMs);
  }

  record(draft: EventDraft, atMs: number, wrongPin: string | null = null): void {
    this.store.record(draft, this.stamp(atMs), wrongPin);
  }

  stamp(atMs: number): EventStamp {
    return {
      boot: this.boot,
      monotonicMs: atMs,
      wallMs: 1_790_000_000_000 + atMs,
      offsetMinutes: 60,
      clock: "set",
      nonce: "0123456789abcdef",
    };
  }

  refuse(atMs: number, waitMs = 0, mark: string | null = null, person = ana): void {
    this.record({ kind: "pin.refused", person, payload: { count: 1, waitMs } }, atMs, mark);
  }

  punch(atMs: number, auth: "personal" | "universal" = "personal"): EventSeq {
    const payload = { action: "in", auth, was: "out", again: false } as const;
    this.record({ kind: "punch", person: ana, payload }, atMs);
    return eventSeq.parse(this.store.status().head.seq);
  }

  /** What the hub says of Ana from now on. */
  told(more: Partial<RosterPerson>, includesSeq = 0, receivedMs = 0): void {
    const from = this.#revision;
    this.#revision += 1;
    const upserts = [entryOf(ana, more)];
    this.store.applyDelta({ from, to: this.#revision, includesSeq, upserts, removed: [] }, receivedMs);
  }

  of(person = ana): PersonRecord {
    const record = this.store.person(person);
    if (record === null) throw new RangeError("nobody of that id");
    return record;
  }

  #open(startedMs: number): TerminalStore {
    return openTerminalStore(this.#driver, terminal, { id: this.boot, startedMs }, systemRandom, KEY);
  }
}

let box: Box;
beforeEach(() => {
  box = new Box();
});

describe("refusals here and elsewhere", () => {
  test("count together", () => {
    box.refuse(0);
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, elsewhere: 4 } });
    expect(box.of().tries).toMatchObject({ count: 5, waitUntilMs: null });
    expect(box.of(jan).tries.count).toBe(0);
  });

  test("end with a success elsewhere up to where the hub knew them, and count for the day all the same", () => {
    for (const atMs of [0, 1, 2]) box.refuse(atMs, atMs === 2 ? MINUTE : 0);
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, resetSeq: 3 } });
    expect(box.of().tries).toMatchObject({ count: 0, waitUntilMs: null, leaveAtMs: { length: 3 } });
    box.refuse(3);
    expect(box.of().tries.count).toBe(1);
  });

  test("PIN rule 7: count for nothing once an admin lifted them or made a new PIN", () => {
    for (const atMs of [0, 1, 2]) box.refuse(atMs, MINUTE);
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, clearedSeq: 3 } });
    expect(box.of().tries).toEqual({ count: 0, waitUntilMs: null, leaveAtMs: [] });
  });

  test("elsewhere end with a personal success here that the hub has not taken in yet, its wait too", () => {
    const tries = { ...NO_TRIES_ELSEWHERE, elsewhere: 4, elsewhereWaitMs: HOUR };
    const seq = box.punch(0);
    box.told({ tries }, seq - 1);
    expect(box.of().tries).toMatchObject({ count: 0, waitUntilMs: null });
    box.told({ tries }, seq);
    expect(box.of().tries).toMatchObject({ count: 4, waitUntilMs: HOUR });
  });

  test("PIN rule 5: end with no success by Universal PIN, no forgotten PIN, no undo", () => {
    box.refuse(0);
    const target = box.punch(1, "universal");
    box.record({ kind: "punch.undone", person: ana, payload: { target, auth: "universal" } }, 2);
    box.record({ kind: "pin.forgotten", person: ana, payload: {} }, 3);
    box.record({ kind: "pin.accepted", person: ana, payload: { auth: "universal" } }, 4);
    expect(box.of().tries.count).toBe(1);
    box.record({ kind: "pin.accepted", person: ana, payload: { auth: "personal" } }, 5);
    expect(box.of().tries.count).toBe(0);
  });
});

describe("a wait", () => {
  test("is the longer of the one here and the one elsewhere, which runs from when the hub said so", () => {
    box.refuse(0, 5 * MINUTE);
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, elsewhere: 3, elsewhereWaitMs: MINUTE } }, 0, 2 * MINUTE);
    expect(box.of().tries.waitUntilMs).toBe(5 * MINUTE);
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, elsewhere: 3, elsewhereWaitMs: MINUTE } }, 0, 10 * MINUTE);
    expect(box.of().tries.waitUntilMs).toBe(11 * MINUTE);
  });

  test("starts over after a power cut, here and elsewhere, but not when only the daemon starts again", () => {
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, elsewhere: 3, elsewhereWaitMs: HOUR } }, 0, 1_000);
    box.restart(9_000, FIRST_BOOT);
    expect(box.of().tries.waitUntilMs).toBe(1_000 + HOUR);
    box.restart(500);
    expect(box.of().tries.waitUntilMs).toBe(500 + HOUR);
    box.refuse(700, 2 * HOUR);
    box.restart(70_000, box.boot);
    expect(box.of().tries.waitUntilMs).toBe(700 + 2 * HOUR);
    box.restart(300);
    box.punch(400, "universal");
    box.restart(80_000, box.boot);
    expect(box.of().tries.waitUntilMs).toBe(300 + 2 * HOUR);
  });
});

describe("the wrong PINs of a day", () => {
  const refuseAll = (count = triesPerDay): void => {
    for (let each = 0; each < count; each += 1) box.refuse(each * SECOND);
  };

  test("are 60, which a success does not give back: then the oldest has to leave the day", () => {
    refuseAll(triesPerDay - 1);
    box.punch(100 * SECOND);
    expect(box.of().tries).toMatchObject({ count: 0, waitUntilMs: null });
    box.refuse(200 * SECOND);
    box.punch(300 * SECOND);
    expect(box.of().tries).toMatchObject({ count: 0, waitUntilMs: DAY });
  });

  test("are given back by an admin", () => {
    refuseAll();
    box.told({ tries: { ...NO_TRIES_ELSEWHERE, clearedSeq: triesPerDay } });
    expect(box.of().tries).toEqual({ count: 0, waitUntilMs: null, leaveAtMs: [] });
  });

  test("are counted in powered time: a box that is off by night earns nothing by it", () => {
    refuseAll();
    box.punch(10 * HOUR);
    // Ten hours of the day are over; whatever the new boot's clock begins at, fourteen are left.
    box.restart(5 * SECOND);
    expect(box.of().tries.waitUntilMs).toBe(5 * SECOND + 14 * HOUR);
    box.punch(5 * SECOND + HOUR, "universal");
    box.restart(0);
    box.restart(0);
    expect(box.of().tries.waitUntilMs).toBe(13 * HOUR);
  });

  test("count on from where they were when the daemon alone starts again", () => {
    refuseAll();
    box.restart(HOUR, FIRST_BOOT);
    expect(box.of().tries.waitUntilMs).toBe(DAY);
  });
});

describe("a database of before these tables", () => {
  test("is brought up to date; its refusals count for the day from then on", () => {
    const driver = openBetterSqlite3(":memory:");
    box = new Box(driver);
    for (let each = 0; each < triesPerDay; each += 1) box.refuse(each * SECOND);
    driver.exec(`
      DROP TABLE boots; DROP TABLE wrong_pins;
      DROP INDEX refusals; DROP INDEX refusals_by_person; DROP INDEX spray_changes;
      DROP TABLE old_events; DROP TABLE old_stores; DROP TABLE signed_heads;
      DROP TRIGGER events_are_never_deleted; DROP TABLE checkpoint;
      CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;
      PRAGMA application_id = 0;
      PRAGMA user_version = 4;`);
    box.restart(MINUTE);
    expect(box.of().tries).toMatchObject({ count: triesPerDay, waitUntilMs: MINUTE + DAY });
    box.refuse(2 * MINUTE, 0, "a mark");
    expect(box.of().wrongPins).toEqual(["a mark"]);
  });
});

describe("wrong PINs that were tried before", () => {
  test("are kept with the refusal, through restarts, for their person only, and not in the ledger", () => {
    box.refuse(0, 0, "mark-of-1209");
    box.restart(0);
    expect(box.of().wrongPins).toEqual(["mark-of-1209"]);
    expect(box.of(jan).wrongPins).toEqual([]);
    expect(box.store.unsent(0, 10, 10_000).events.join()).not.toContain("mark-of-1209");
  });

  test(`are the ${MAX_WRONG_PINS} latest; the one not tried for longest makes way`, () => {
    const marks = Array.from({ length: MAX_WRONG_PINS + 1 }, (_, index) => `mark ${index}`);
    for (const mark of marks.slice(0, MAX_WRONG_PINS)) box.refuse(0, 0, mark);
    box.store.repeatWrongPin(ana, "mark 0");
    box.refuse(0, 0, marks.at(-1));
    expect([...box.of().wrongPins].sort()).toEqual(marks.filter((mark) => mark !== "mark 1").sort());
    expect(box.store.status().head.seq).toBe(MAX_WRONG_PINS + 1);
  });

  test("go with the PIN that they were tried instead of", () => {
    box.refuse(0, 0, "old");
    box.told({ name: "Ana Horvat" });
    expect(box.of().wrongPins).toEqual(["old"]);
    box.told({ pin: pinOf(2) });
    expect(box.of().wrongPins).toEqual([]);
    box.refuse(0, 0, "new");
    box.told({ pin: pinOf(1) });
    expect(box.of().wrongPins).toEqual([]);
  });

  test("go with their person, and with everybody", () => {
    box.refuse(0, 0, "mark");
    box.store.applyDelta({ from: 1, to: 2, includesSeq: 0, upserts: [], removed: [ana] }, 0);
    box.store.applyDelta({ from: 2, to: 3, includesSeq: 0, upserts: [entryOf(ana)], removed: [] }, 0);
    expect(box.of().wrongPins).toEqual([]);
    box.refuse(0, 0, "mark");
    box.store.wipeRoster();
    box.store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk });
    box.store.addPage(1, [entryOf(ana)], 0);
    box.store.commitSnapshot(1);
    expect(box.of().wrongPins).toEqual([]);
  });

  test("are not kept when their refusal could not be, and the ledger goes on as if nothing had been", () => {
    const driver = openBetterSqlite3(":memory:");
    let isFull = false;
    const failing: SqlDriver = {
      ...driver,
      prepare: (sql) => driver.prepare(sql),
      close: () => driver.close(),
      exec(sql) {
        if (isFull && sql === "COMMIT") throw new Error("disk full");
        driver.exec(sql);
      },
    };
    box = new Box(failing);
    isFull = true;
    expect(() => box.refuse(0, 0, "mark")).toThrow("disk full");
    isFull = false;
    expect(box.of()).toMatchObject({ wrongPins: [], tries: { count: 0 } });
    box.refuse(1, 0, "mark");
    expect(box.store.status().head.seq).toBe(1);
    box.restart(0);
    expect(box.of()).toMatchObject({ wrongPins: ["mark"], tries: { count: 1 } });
  });
});

describe("the budget against one PIN on many people", () => {
  const settle = (atMs: number): ReturnType<TerminalStore["settleSpray"]> =>
    box.store.settleSpray(box.stamp(atMs));
  const stateOf = (): unknown => {
    const { head } = box.store.status();
    return JSON.parse(box.store.unsent(head.seq - 1, 1, 10_000).events[0] ?? "null");
  };
  const spend = (count = spray.tries): void => {
    for (let each = 0; each < count; each += 1) box.refuse(each, 0, null, each % 2 === 0 ? ana : jan);
  };

  test("has a token a minute back, and never more than it holds", () => {
    const settings = { tries: 3, refillMs: MINUTE, slowMs: 0 };
    expect(budgetLeft([], settings, 0, 3)).toBe(3);
    expect(budgetLeft([0, 0], settings, 30 * SECOND, 3)).toBe(1.5);
    expect(budgetLeft([0, 0, 0, 0, 0], settings, MINUTE, 3)).toBe(1);
    expect(budgetLeft([0, DAY], settings, DAY, 3)).toBe(2);
  });

  test("is spent by everybody's refusals: then the hub is told once, and checks are held back", () => {
    spend(spray.tries - 1);
    expect(settle(100)).toEqual({ recorded: false, againMs: null });
    expect(box.of().checkFromMs).toBeNull();
    box.refuse(100);
    expect(settle(100)).toMatchObject({ recorded: true });
    expect(stateOf()).toMatchObject({ kind: "pin.spray", person: null, payload: { state: "slowed" } });
    expect(settle(200).recorded).toBe(false);
    expect(box.of(jan).checkFromMs).toBe(100 + spray.slowMs);
  });

  test("recovers when half of it is back, and says when to look", () => {
    spend();
    const { againMs } = settle(spray.tries);
    expect(againMs).toBeCloseTo((spray.tries / 2) * spray.refillMs, -3);
    expect(settle((againMs ?? 0) - 1).recorded).toBe(false);
    expect(settle(againMs ?? 0)).toEqual({ recorded: true, againMs: null });
    expect(stateOf()).toMatchObject({ kind: "pin.spray", payload: { state: "recovered" } });
    expect(box.of().checkFromMs).toBeNull();
  });

  test("is full again when an admin says so, at once and after a restart; the hub is told of it as an event", () => {
    spend();
    settle(spray.tries);
    expect(box.of().checkFromMs).not.toBeNull();
    box.store.unlock(box.stamp(spray.tries));
    expect(stateOf()).toMatchObject({ kind: "wait.lifted", person: null, payload: {} });
    expect(box.of().checkFromMs).toBeNull();
    expect(settle(spray.tries)).toEqual({ recorded: false, againMs: null });
    box.restart(0);
    expect(box.of().checkFromMs).toBeNull();
    spend(spray.tries - 1);
    expect(settle(spray.tries).recorded).toBe(false);
    spend(1);
    expect(settle(spray.tries).recorded).toBe(true);
    expect(box.of().checkFromMs).not.toBeNull();
  });

  test("is not filled by the lifting of somebody's own wait", () => {
    spend();
    settle(spray.tries);
    box.record({ kind: "wait.lifted", person: ana, payload: {} }, spray.tries);
    expect(box.of().checkFromMs).not.toBeNull();
  });

  test("stays spent while the power is off, and recovers in powered time only", () => {
    spend();
    box.restart(DAY);
    expect(settle(DAY).recorded).toBe(true);
    expect(box.of().checkFromMs).toBe(DAY + spray.slowMs);
    box.restart(0);
    const { againMs, recorded } = settle(0);
    expect(recorded).toBe(false);
    expect(againMs).toBeCloseTo((spray.tries / 2) * spray.refillMs, -3);
  });
});

describe("a punch by Universal PIN", () => {
  test("PIN rule 5: is told of until the person punches themselves, unless it was undone", () => {
    expect(box.of().untold).toBeNull();
    box.punch(0);
    const undone = box.punch(MINUTE, "universal");
    expect(box.of().untold).toEqual({ action: "in", atMs: box.stamp(MINUTE).wallMs });
    box.record({ kind: "punch.undone", person: ana, payload: { target: undone, auth: "universal" } }, HOUR);
    expect(box.of().untold).toBeNull();
    box.punch(2 * HOUR, "universal");
    box.record({ kind: "pin.accepted", person: ana, payload: { auth: "personal" } }, 3 * HOUR);
    expect(box.of().untold).not.toBeNull();
    expect(box.of(jan).untold).toBeNull();
    box.punch(4 * HOUR);
    expect(box.of().untold).toBeNull();
  });
});
