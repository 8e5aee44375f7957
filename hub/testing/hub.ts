import { PostgresAdapter, sql } from "kysely";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import type { KioskId } from "../../protocol/ids.ts";
import { CodedError } from "../../protocol/errors.ts";
import { HUB_ACTOR } from "../access.ts";
import type { HubContext } from "../context.ts";
import type { LogFields } from "../log.ts";
import { assignPerson } from "../kiosks/assign.ts";
import { createKiosk } from "../kiosks/kiosks.ts";
import { addPerson, type AddedPerson, type NewPerson } from "../people/people.ts";
import { linkPair } from "../session/link-pair.ts";
import { TerminalSession } from "../session/session.ts";
import { openHub, type HubCore } from "../start.ts";
import type { HubStore } from "../store/store.ts";
import { createClaimToken } from "../terminals/claims.ts";
import { testWallClock, type SettableWallClock } from "./wall-clock.ts";
import { TestTerminal } from "./terminal.ts";

/** A log that can be read. */
export interface LogLine extends LogFields {
  readonly level: string;
  readonly message: string;
}

/** A hub on a database in memory, under virtual time, with everything real but cost and chance. */
export interface TestHub {
  readonly core: HubCore;
  readonly context: HubContext;
  readonly scheduler: VirtualScheduler;
  readonly wallClock: SettableWallClock;
  readonly log: readonly LogLine[];
}

/** All that most helpers need: a hub of {@link openTestHub}, or one that listens. */
export type AnyHub = Pick<TestHub, "context">;

/** On a database in memory, unless another is given. */
export async function openTestHub(
  firstStart: "empty" | "demo" = "empty",
  store: HubStore | null = null,
  seed = 1,
): Promise<TestHub> {
  const scheduler = new VirtualScheduler();
  const wallClock = testWallClock();
  const log: LogLine[] = [];
  const write =
    (level: string) =>
    (fields: LogFields, message: string): void =>
      void log.push({ ...fields, level, message });
  const hubKey = new Uint8Array(32).fill(7);
  const core = await openHub({
    data: store === null ? { driver: openBetterSqlite3(":memory:"), hubKey } : { store, hubKey },
    scheduler,
    wallClock,
    random: new SeededRandom(seed),
    kdf: hmacKdf,
    logger: { info: write("info"), warn: write("warn"), error: write("error") },
    timeZone: "Europe/Zagreb",
    firstStart,
  });
  return { core, context: core.context, scheduler, wallClock, log };
}

export const NEW_PERSON: NewPerson = {
  name: "Ana Kovač",
  email: null,
  role: "regular",
  language: null,
  moreTime: false,
  number: null,
  pin: null,
  card: null,
};

export function addTestPerson(hub: AnyHub, wanted: Partial<NewPerson> = {}): Promise<AddedPerson> {
  return addPerson(hub.context, HUB_ACTOR, { ...NEW_PERSON, ...wanted });
}

export async function createTestKiosk(hub: TestHub, name = "Westside Bar"): Promise<KioskId> {
  const { kiosk } = await createKiosk(hub.context, HUB_ACTOR, {
    name,
    requiresPin: true,
    timeZone: "Europe/Zagreb",
    language: "en",
    breakEnabled: false,
    universalPin: null,
  });
  return kiosk;
}

/** Lays a wire to the hub; the far end is the terminal's. */
export function connect(hub: TestHub, terminal: TestTerminal): TerminalSession {
  const [near, far] = linkPair(hub.scheduler);
  terminal.plugIn(far);
  return new TerminalSession(hub.core.host, near, "192.0.2.7");
}

/** Turns after which a server's answers to what sessions asked it have come: no session asks this often in a row. */
const SERVER_TURNS = 8;
/** As many as there are connections: all of them are open then, and none takes a session's question longer than another. */
const SERVER_QUESTIONS = 10;

/** Lets sessions do what they have to; a database that is a server answers between turns of virtual time. */
export async function settled(hub: TestHub): Promise<void> {
  const { store } = hub.context;
  await hub.scheduler.pass(1);
  if (!(store.queries.getExecutor().adapter instanceof PostgresAdapter)) return;
  for (let turn = 0; turn < SERVER_TURNS; turn += 1) {
    const questions = Array.from({ length: SERVER_QUESTIONS }, () => sql`select 1`.execute(store.queries));
    await Promise.all(questions);
    // Transactions run one after the other: this one ends after those that were asked for before.
    await store.transaction((transaction) => sql`select 1`.execute(transaction));
    await hub.scheduler.pass(1);
  }
}

/** A terminal of `kiosk`, claimed and past its welcome. */
export async function openTestTerminal(hub: TestHub, kiosk: KioskId): Promise<TestTerminal> {
  const terminal = new TestTerminal(new SeededRandom(terminals++));
  const { token } = await createClaimToken(hub.context, kiosk);
  connect(hub, terminal);
  terminal.claim(token);
  await settled(hub);
  await greet(hub, terminal);
  if (terminal.last("welcome") === undefined) throw new CodedError("test.handshake", "no welcome came");
  return terminal;
}
let terminals = 1_000;

/** Says hello and proves it, on whatever link the terminal is plugged into. */
export async function greet(hub: TestHub, terminal: TestTerminal): Promise<void> {
  terminal.hello();
  await settled(hub);
  terminal.prove();
  await settled(hub);
}

/** A hub with one kiosk that asks for PINs, and Ana, who is assigned to it. */
export interface TestScene {
  readonly hub: TestHub;
  readonly kiosk: KioskId;
  readonly ana: AddedPerson;
}

export async function openTestScene(): Promise<TestScene> {
  const hub = await openTestHub();
  const kiosk = await createTestKiosk(hub);
  const ana = await addTestPerson(hub);
  await assignPerson(hub.context, HUB_ACTOR, kiosk, ana.person);
  return { hub, kiosk, ana };
}
