import * as z from "zod";
import { HUB_ACTOR } from "../../../hub/access.ts";
import { listForks } from "../../../hub/forks/list.ts";
import { settleFork } from "../../../hub/forks/settle.ts";
import { decodeEvent } from "../../../protocol/chain.ts";
import { knownEvent } from "../../../protocol/events.ts";
import type { Post } from "./post.ts";
import type { Site } from "./site.ts";
import { Violation, type Stage } from "./stage.ts";
import type { Witness } from "./witness.ts";

/** What must be so once nothing goes wrong any more. */

export interface EndParts {
  readonly stage: Stage;
  readonly witness: Witness;
  readonly posts: readonly Post[];
  readonly sites: readonly Site[];
}

/** Everything that was recorded is at the hub, and everybody knows the same, within so long: ten of the longest pauses. */
const SETTLED_WITHIN_MS = 10 * 60_000;
const LOOK_EVERY_MS = 1_000;

/** Mends what is left, and lets the world come to rest. */
export async function settle(parts: EndParts): Promise<void> {
  const { stage, witness, posts, sites } = parts;
  for (const site of sites) await site.start();
  for (const post of posts) {
    post.setNetwork(true);
    post.delayMs = () => 0;
    post.box.board.matrix.releaseAll();
    await post.powerOn();
  }
  const untilMs = stage.nowMs + SETTLED_WITHIN_MS;
  for (;;) {
    await stage.sleep(LOOK_EVERY_MS);
    for (const site of sites) await settleForks(site, posts);
    const waiting = await unsettled(parts);
    for (const post of posts) witness.collect(post);
    if (waiting === null) return;
    if (stage.nowMs >= untilMs) throw new Violation("settled", waiting);
  }
}

/** An admin takes both histories of a store, as there may be where a card is a copy or has rotted; nowhere else. */
async function settleForks(site: Site, posts: readonly Post[]): Promise<void> {
  const { context } = site.box.hub;
  const open = (await listForks(context.store.queries)).filter(({ settledMs }) => settledMs === null);
  for (const { fork, terminal } of open) {
    if (!posts.some((post) => post.terminal === terminal && (post.isRotten || post.isCopied))) {
      throw new Violation("fork", `the hub says that ${terminal} has two histories, and it has one`);
    }
    await settleFork(context, HUB_ACTOR, fork, true);
  }
}

/** What is not as it must be in the end; null when all is. */
async function unsettled({ posts }: EndParts): Promise<string | null> {
  for (const post of posts) {
    const { store } = post.box;
    if (store === null) return `${post.name} has no ledger`;
    const { unsent, roster } = store.status();
    if (unsent > 0) return `${post.name} still has ${unsent} events to send`;
    const { pendingEvents } = store.health();
    if (pendingEvents > 0) return `${post.name} still has ${pendingEvents} events of earlier stores to send`;
    const kiosk = await post.site.box.hub.context.store.queries
      .selectFrom("kiosks")
      .select("roster_revision")
      .where("id", "=", post.kiosk)
      .executeTakeFirstOrThrow();
    if (roster?.revision !== kiosk.roster_revision) {
      return `${post.name} has roster ${roster?.revision ?? 0}, its hub ${kiosk.roster_revision}`;
    }
  }
  return null;
}

/** Compares every hub with what was seen on the cards of its terminals. */
export async function checkEnd({ witness, posts, sites }: EndParts): Promise<void> {
  for (const site of sites) {
    const its = posts.filter((post) => post.site === site);
    await checkEvents(site, its, witness);
    await checkPunches(site);
    await checkPresences(site, its);
    await noteRows(site, witness);
  }
}

async function checkEvents(site: Site, posts: readonly Post[], witness: Witness): Promise<void> {
  const { queries } = site.box.hub.context.store;
  const rows = await queries
    .selectFrom("events")
    .select(["terminal", "store", "seq", "hash", "text", "received_ms"])
    .orderBy("terminal")
    .orderBy("store")
    .orderBy("seq")
    .execute();
  const unseen = new Map(rows.map((row) => [`${row.terminal} ${row.hash}`, row]));
  if (unseen.size < rows.length) throw new Violation("twice", "the hub has an event twice");
  const atHub = new Map(unseen);
  for (const post of posts) {
    let lastMs = 0;
    let lastStore = "";
    for (const { store, seq, hash, text, isExcused, isShown } of witness.written(post)) {
      const row = atHub.get(`${post.terminal ?? ""} ${hash}`);
      unseen.delete(`${post.terminal ?? ""} ${hash}`);
      if (row === undefined) {
        if (isExcused) continue;
        const shown = isShown ? ", which was shown," : "";
        throw new Violation("lost", `event ${seq} of ${post.name}${shown} is not at the hub`);
      }
      if (row.text !== text)
        throw new Violation("altered", `event ${seq} of ${post.name} is another one at the hub`);
      // An event comes again after a hub was restored, and a copied card's own after those of the other.
      if (store === lastStore && row.received_ms < lastMs && !post.isCopied && !post.isRotten) {
        throw new Violation("order", `event ${seq} of ${post.name} came before the one before it`);
      }
      lastStore = store;
      lastMs = row.received_ms;
    }
  }
  // Where bits change by themselves, the last events of a store may never have been seen before it ended.
  const rotten = new Set(posts.filter(({ isRotten }) => isRotten).map(({ terminal }) => terminal));
  const [made] = [...unseen.values()].filter(({ terminal }) => !rotten.has(terminal));
  if (made !== undefined) {
    throw new Violation(
      "invented",
      `the hub has event ${made.seq} of ${made.terminal}, which no terminal wrote`,
    );
  }
}

async function checkPunches(site: Site): Promise<void> {
  const { queries } = site.box.hub.context.store;
  const events = await queries.selectFrom("events").select(["store", "text"]).execute();
  const made = events.flatMap(({ store, text }) => {
    const envelope = decodeEvent(text);
    return knownEvent(envelope)?.kind === "punch" ? [`${envelope.terminal} ${store} ${envelope.seq}`] : [];
  });
  const counted = await queries.selectFrom("punches").select(["terminal", "store", "seq"]).execute();
  const names = counted.map((row) => `${row.terminal} ${row.store} ${row.seq}`);
  if (made.sort().join() !== names.sort().join()) {
    throw new Violation(
      "punches",
      `the hub counts ${names.length} punches, its events are ${made.length}, each once`,
    );
  }
}

/** All terminals say of everyone what the hub says. */
async function checkPresences(site: Site, posts: readonly Post[]): Promise<void> {
  const rows = await site.box.hub.context.store.queries
    .selectFrom("presences")
    .select(["person", "state"])
    .execute();
  const states = new Map(rows.map(({ person, state }) => [person, state]));
  for (const post of posts) {
    const kiosk = site.kiosks.find(({ id }) => id === post.kiosk);
    for (const { person, name } of kiosk?.people ?? []) {
      const here = post.box.store?.person(person)?.presence.state;
      const there = states.get(person) ?? "out";
      if (here !== there) {
        throw new Violation(
          "agreement",
          `${post.name} has ${name} as ${here ?? "unknown"}, the hub as ${there}`,
        );
      }
    }
  }
}

const tableRow = z.object({ name: z.string() });
/** Kysely writes the wall clock of this machine into its own table. */
const NOT_OURS = /^(?:sqlite_|kysely_)/;

/** Every row of every table of ours becomes part of the run's digest. */
async function noteRows(site: Site, witness: Witness): Promise<void> {
  await site.box.stop();
  const driver = site.box.volume.open("hub.db");
  try {
    const tables = driver
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .all([]);
    for (const { name } of tables.map((row) => tableRow.parse(row))) {
      if (NOT_OURS.test(name)) continue;
      for (const row of driver.prepare(`SELECT * FROM ${name}`).all([]))
        witness.note(`${name} ${JSON.stringify(row)}`);
    }
  } finally {
    driver.close();
  }
}
