import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HUB_ACTOR } from "../../hub/access.ts";
import type { HubContext } from "../../hub/context.ts";
import type { HubData } from "../../hub/data.ts";
import { createKiosk } from "../../hub/kiosks/kiosks.ts";
import { newPersonRow } from "../../hub/people/people.ts";
import { derivePin } from "../../hub/pins/derive.ts";
import { linkPair } from "../../hub/session/link-pair.ts";
import { TerminalSession } from "../../hub/session/session.ts";
import { openHub, type HubCore } from "../../hub/start.ts";
import { TestTerminal } from "../../hub/testing/terminal.ts";
import { makeId, personId, type KioskId, type PersonId, type TerminalId } from "../../protocol/ids.ts";
import type { Kdf, Link, LinkListener } from "../../protocol/seams.ts";
import { argon2Kdf } from "../../protocol/seams/argon2.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import type { Bench } from "./row.ts";

/** A hub on files, as in production, with the people and terminals of one large kiosk. */
export interface HubWorld {
  readonly context: HubContext;
  readonly kiosk: KioskId;
  /** By number; the first is in since this morning. */
  readonly people: readonly PersonId[];
  /** Slow hashes so far. */
  slowHashes(): number;
  /** Lays a wire to each terminal and has it welcomed; `heard` gets every message after that. */
  connect(terminals: number, heard: (text: string) => void): Promise<void>;
}

const HUB_KEY_BYTES = 32;
const ROWS_PER_INSERT = 100;
const HOUR_MS = 3_600_000;

/** People with PINs that are sealed as any other; only their slow hashes are cheap ones. */
export async function openHubWorld(bench: Bench, people: number): Promise<HubWorld> {
  const folder = mkdtempSync(join(tmpdir(), "punchbox-bench-hub-"));
  let slowHashes = 0;
  const kdf: Kdf = {
    derive(pin, salt) {
      slowHashes += 1;
      return argon2Kdf.derive(pin, salt);
    },
  };
  const ids = Array.from({ length: people }, () => makeId(personId, systemRandom));
  const data = {
    driver: openBetterSqlite3(join(folder, "hub.db")),
    hubKey: systemRandom.bytes(HUB_KEY_BYTES),
  };
  const { core, kiosk } = await openPeopledHub(data, ids, kdf);
  bench.atEnd(async () => {
    await core.close();
    rmSync(folder, { recursive: true });
  });
  const { context } = core;
  await clockIn(context, ids);
  return {
    context,
    kiosk,
    people: ids,
    slowHashes: () => slowHashes,
    connect: (terminals, heard) => connect(core, kiosk, terminals, heard),
  };
}

export interface PeopledHub {
  readonly core: HubCore;
  readonly kiosk: KioskId;
}

/** A hub on these data, which are empty, with one kiosk for these people. The caller closes it. */
export async function openPeopledHub(
  data: HubData,
  people: readonly PersonId[],
  kdf: Kdf = hmacKdf,
): Promise<PeopledHub> {
  const ignore = (): void => undefined;
  const core = await openHub({
    data,
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    kdf,
    logger: { info: ignore, warn: ignore, error: ignore },
    timeZone: "Europe/Zagreb",
    firstStart: "empty",
  });
  const { kiosk } = await createKiosk(core.context, HUB_ACTOR, {
    name: "Westside Bar",
    requiresPin: true,
    timeZone: "Europe/Zagreb",
    language: "en",
    breakEnabled: false,
    universalPin: null,
  });
  await hire(core.context, kiosk, people);
  return { core, kiosk };
}

const NAMES = ["Ana Kovač", "Marko Horvat", "Jürgen Groß", "Lucía García Márquez", "Zoë Lindqvist"];
const FIRST_NUMBER = 10_000_000;

async function hire(context: HubContext, kiosk: KioskId, people: readonly PersonId[]): Promise<void> {
  const cheap = { ...context, kdf: hmacKdf };
  await context.store.queries.updateTable("workspace").set({ number_length: 8 }).execute();
  await context.store.transaction(async (transaction) => {
    for (let from = 0; from < people.length; from += ROWS_PER_INSERT) {
      const rows = await Promise.all(
        people.slice(from, from + ROWS_PER_INSERT).map(async (id, index) => {
          const number = String(FIRST_NUMBER + from + index);
          const name = NAMES[index % NAMES.length] ?? "";
          const wanted = {
            name,
            number,
            role: "regular",
            language: null,
            moreTime: false,
            card: null,
          } as const;
          const { columns } = await derivePin(cheap, id, `4${number.slice(-3)}`);
          return { ...newPersonRow(context, id, { ...wanted, email: null }), ...columns };
        }),
      );
      await transaction.insertInto("people").values(rows).execute();
      const assigned = { kiosk, changed_revision: 1, access_revision: 1, removed: 0, leaving: 0 } as const;
      const assignments = rows.map(({ id }) => ({ ...assigned, person: id }));
      await transaction.insertInto("kiosk_people").values(assignments).execute();
    }
  });
}

/** Pairs a terminal of these keys, without a claim. */
export async function pairTerminal(
  context: HubContext,
  kiosk: KioskId,
  terminal: TerminalId,
  publicKey: string,
  lastSeenMs: number | null,
): Promise<void> {
  await context.store.queries
    .insertInto("terminals")
    .values({
      id: terminal,
      kiosk,
      public_key: publicKey,
      key_epoch: 1,
      software: "bench",
      claimed_ms: 0,
      last_seen_ms: lastSeenMs,
      unsent: 0,
      store: null,
      clock_error_ms: null,
      revoked: 0,
      stolen: 0,
      told_ms: null,
    })
    .execute();
}

async function clockIn(context: HubContext, [first]: readonly PersonId[]): Promise<void> {
  if (first === undefined) return;
  const since_ms = context.wallClock.wallMs() - 2 * HOUR_MS;
  await context.store.queries
    .insertInto("presences")
    .values({ person: first, state: "in", since_ms, spans: "[]" })
    .execute();
}

async function connect(
  core: HubCore,
  kiosk: KioskId,
  count: number,
  heard: (text: string) => void,
): Promise<void> {
  const { queries } = core.context.store;
  const { roster_revision: revision } = await queries
    .selectFrom("kiosks")
    .select("roster_revision")
    .where("id", "=", kiosk)
    .executeTakeFirstOrThrow();
  for (let index = 0; index < count; index += 1) {
    const terminal = new TestTerminal(new SeededRandom(index));
    // It has been here before and knows everyone: nobody waits for thousands of snapshots.
    terminal.rosterRevision = revision;
    await pairTerminal(core.context, kiosk, terminal.id, terminal.keys.publicKey, 0);
    const [near, far] = linkPair(systemScheduler);
    const take = (text: string): boolean => {
      const isWelcome = terminal.last("welcome") !== undefined;
      if (isWelcome) heard(text);
      return isWelcome;
    };
    terminal.plugIn(listening(far, take));
    new TerminalSession(core.host, near, "192.0.2.7");
    terminal.hello();
    await until(() => terminal.last("challenge") !== undefined);
    terminal.prove();
    await until(() => terminal.last("welcome") !== undefined);
  }
}

/** The far end of a wire: what `heard` takes, nobody else hears. */
function listening(link: Link, heard: (text: string) => boolean): Link {
  return {
    send: (text) => link.send(text),
    close: (code, reason) => link.close(code, reason),
    bufferedBytes: () => link.bufferedBytes(),
    listen: (listener: LinkListener) =>
      link.listen({
        message: (text) => {
          if (!heard(text)) listener.message(text);
        },
        closed: (code, reason) => listener.closed(code, reason),
      }),
  };
}

const TURNS_LIMIT = 1_000_000;

/** Turns of the event loop until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns += 1) {
    if (turns >= TURNS_LIMIT) throw new RangeError("the hub did not answer");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
