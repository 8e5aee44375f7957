import type { Bounce } from "../../chips/switch-matrix.ts";
import { usualPlan } from "../../wiring.ts";
import { loadSqliteWasm } from "../sqlite-wasm.ts";
import { VirtualScheduler } from "../virtual-scheduler.ts";
import { chanceFor, FAULT_KINDS, pick, Tally, whole, type FaultKind } from "./faults.ts";
import { checkEnd, settle } from "./final-checks.ts";
import { doMischief } from "./mischief.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { Post, type PostOptions } from "./post.ts";
import { Site, type Employee } from "./site.ts";
import { sizeOf, type WorldSize } from "./size.ts";
import { Stage, Violation } from "./stage.ts";
import { keepWatch } from "./watchman.ts";
import { ERRANDS, Visit, type VisitParts } from "./visit.ts";
import { Witness } from "./witness.ts";

/** What a run of one seed is made of; what is left out, the seed decides. */
export interface RunOptions {
  readonly seed: number;
  readonly days: number;
  readonly faults?: readonly FaultKind[];
  readonly size?: Partial<WorldSize>;
}

export interface RunReport {
  readonly seed: number;
  readonly size: WorldSize;
  readonly faults: readonly FaultKind[];
  readonly virtualMs: number;
  readonly tally: Tally;
  /** SHA-256 over every event, every screen that was read, and every row of every hub. */
  readonly digest: string;
  /** What was wrong, null when nothing was. */
  readonly violation: { readonly check: string; readonly message: string } | null;
}

/** Drawn by the seed. Those of cards are not yet. */
const USUAL_FAULTS = FAULT_KINDS.filter((kind) => !kind.startsWith("card-"));
const DAY_MS = 86_400_000;
/** Days of a year from which a world begins: the changes of summer time are among them. */
const FIRST_DAY_MS = Date.UTC(2026, 2, 1, 5);
const LAST_DAY = 250;
const CHEAP_MEMBRANE: Bounce = { meanMs: 3, worstMs: 10 };
/** Until every terminal is paired and has its roster. */
const SETTING_UP_MS = 20_000;
/** A shift begins and ends within so long. */
const RUSH_MS = 120_000;
/** More than a minute: nobody is asked whether they meant a second punch. */
const BETWEEN_VISITS_MS = 61_000;

/** Runs one seed. Never rejects for what the product does: that is the report's violation. */
export async function runWorld(options: RunOptions): Promise<RunReport> {
  const { seed, days } = options;
  const size = { ...sizeOf(seed, days), ...options.size };
  const random = chanceFor(seed, "world");
  const faults =
    options.faults ?? USUAL_FAULTS.filter((kind) => chanceFor(seed, `with ${kind}`).uniform() < 0.5);
  const scheduler = new VirtualScheduler();
  const stage = new Stage(scheduler);
  const tally = new Tally();
  const beginsMs = FIRST_DAY_MS + whole(random, 0, LAST_DAY) * DAY_MS;
  const trueMs = (): number => Math.floor(beginsMs + scheduler.nowMs());
  const sqlite = await loadSqliteWasm();
  const witness = new Witness({ stage, sqlite, tally, trueMs });
  const sites: Site[] = [];
  const posts: Post[] = [];
  let violation: RunReport["violation"] = null;
  try {
    for (let hub = 0; hub < size.hubs; hub += 1) {
      const site = new Site({
        stage,
        sqlite,
        random: chanceFor(seed, `hub ${hub}`),
        wallClock: { wallMs: trueMs },
      });
      sites.push(site);
      await site.open(size.kiosks, size.people);
      for (const kiosk of site.kiosks) {
        for (let each = 0; each < size.terminals; each += 1) {
          const name = `T${posts.length + 1}`;
          posts.push(
            new Post({
              name,
              stage,
              sqlite,
              random: chanceFor(seed, name),
              site,
              kiosk: kiosk.id,
              plan: usualPlan({
                display: pick(random, [
                  { columns: 20, rows: 4 },
                  { columns: 20, rows: 4 },
                  { columns: 16, rows: 2 },
                ]),
                displayBus: pick(random, ["gpio", "gpio", "gpio", "i2c", "serial"]),
                keypad: pick(random, ["4x4", "4x3"]),
              }),
              ...(faults.includes("key-bounce") ? { bounce: CHEAP_MEMBRANE } : {}),
              trueMs,
              clock: clockBy(faults, random),
            }),
          );
        }
      }
    }
    const parts: VisitParts = { stage, witness, tally, random };
    await stage.play(async () => {
      for (const post of posts) await post.powerOn();
      await stage.sleep(SETTING_UP_MS);
      let isOver = false;
      const mischief = doMischief({ seed, stage, witness, tally, posts, sites, kinds: faults }, () => isOver);
      mischief.catch((error: unknown) => stage.fail(error));
      stage.begin(() => keepWatch({ stage, tally, posts, sites }, () => isOver));
      for (let day = 0; day < size.days; day += 1) await liveADay(parts, posts, day);
      isOver = true;
      stage.setBusy(true);
      await mischief;
      const end = { stage, witness, posts, sites };
      await settle(end);
      await callTheRoll(parts, posts);
      await settle(end);
    });
    await checkEnd({ stage, witness, posts, sites });
  } catch (error) {
    if (!(error instanceof Violation))
      violation = { check: "crash", message: String(error instanceof Error ? error.stack : error) };
    else violation = { check: error.check, message: error.message };
  }
  for (const { box } of [...posts, ...sites]) box.volume.unmount();
  tally.count("terminals", posts.length);
  return { seed, size, faults, virtualMs: scheduler.nowMs(), tally, digest: witness.digest(), violation };
}

/** Quartz is off by up to 200 ppm in a hot shop; without a real-time clock a box begins where it always does, until NTP comes. */
function clockBy(faults: readonly FaultKind[], random: SeededRandom): NonNullable<PostOptions["clock"]> {
  const driftPpm = faults.includes("clock-drift") ? whole(random, -200, 200) : 0;
  return { driftPpm, ntpTakesMs: faults.includes("wrong-year") ? whole(random, 1_000, 60_000) : 0 };
}

/** Everybody comes in the morning and leaves in the evening; at night most shops switch everything off. */
async function liveADay(parts: VisitParts, posts: readonly Post[], day: number): Promise<void> {
  const { stage, random } = parts;
  stage.setBusy(true);
  await rush(parts, posts);
  await stage.sleep(whole(random, 60_000, 5 * 60_000));
  await rush(parts, posts);
  stage.setBusy(false);
  if (day === 0 && random.uniform() < 0.5) return;
  const isDark = random.uniform() < 0.9;
  if (isDark) for (const post of posts) await post.powerOff();
  await stage.sleep(isDark ? whole(random, 8, 14) * 3_600_000 : 30 * 60_000);
  for (const post of posts) await post.powerOn();
  await stage.sleep(5_000);
}

/** Now that nothing goes wrong any more, everybody who has not to wait is served at once, at every terminal of theirs. */
async function callTheRoll(parts: VisitParts, posts: readonly Post[]): Promise<void> {
  for (const post of posts) {
    // A display that still shows something else is read by nobody.
    if (parts.stage.nowMs < post.glassTroubledUntilMs) continue;
    const kiosk = post.site.kiosks.find(({ id }) => id === post.kiosk);
    const [first, second] = kiosk?.people ?? [];
    for (const person of [first, second]) {
      if (person === undefined) continue;
      // Whatever somebody left on the glass is gone by then.
      await parts.stage.sleep(BETWEEN_VISITS_MS);
      const visit = new Visit(parts, post, person);
      await visit.run("punch", true);
      if (!visit.isServed && !visit.hasToWait) {
        throw new Violation(
          "service",
          `${post.name} does not serve ${person.name}, though nothing is wrong any more`,
        );
      }
    }
  }
}

/** All people come to one of their terminals within a while, and queue. */
async function rush(parts: VisitParts, posts: readonly Post[]): Promise<void> {
  const people = [...new Set(posts.map(({ site }) => site))].flatMap((site) => site.people);
  await Promise.all(people.map((person) => comeOnce(parts, posts, person)));
}

async function comeOnce(parts: VisitParts, posts: readonly Post[], person: Employee): Promise<void> {
  const { stage, random } = parts;
  await stage.sleep(random.uniform() * RUSH_MS);
  const post = pick(
    random,
    posts.filter(({ kiosk }) => kiosk === person.kiosk.id),
  );
  const errand = pick(random, ERRANDS);
  await post.queue.take(() => new Visit(parts, post, person).run(errand));
}
