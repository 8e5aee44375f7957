import { describe, expect, test } from "vitest";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { AttackedTerminal, type Attacked } from "./attacked-terminal.ts";
import { ATTACKS, guessAllAt, mostInADay, sprayAll } from "./attacks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const { triesPerDay, spray } = DEFAULT_TRY_SETTINGS;
/** What the waits alone let through in 24 h: 3, 2 after a minute, 3 after 5, and then one each half hour. */
const WITHOUT_A_SUCCESS = 55;
/** Real time that a test of many tries may take on a busy machine. */
const MOST_MS = 60_000;
/** A check, its event and its screen, under a virtual clock. */
const SERVED_MS = 1_000;

async function attacked(people: number): Promise<{ terminal: AttackedTerminal; victim: Attacked }> {
  const terminal = await AttackedTerminal.create({ seed: 7, people });
  const [victim] = terminal.people;
  if (victim === undefined) throw new RangeError("nobody to attack");
  return { terminal, victim };
}

function refusalsOf(terminal: AttackedTerminal, { person }: Attacked): number {
  return terminal.events().filter((event) => event.kind === "pin.refused" && event.person === person).length;
}

describe("a terminal that is guessed at", () => {
  test.each(Object.entries(ATTACKS))(
    "lets no more than 60 guesses a person through in any 24 h: %s",
    async (name, between) => {
      const { terminal, victim } = await attacked(3);
      const judgedMs = await guessAllAt(terminal, victim, between, 30 * HOUR_MS);
      const most = name.includes("the owner's right PIN") ? triesPerDay : WITHOUT_A_SUCCESS;
      expect(mostInADay(judgedMs)).toBeLessThanOrEqual(most);
      expect(refusalsOf(terminal, victim)).toBe(judgedMs.length);
      // It goes on, however slowly: nobody is locked out for ever.
      expect(judgedMs.length).toBeGreaterThan(triesPerDay);
    },
    MOST_MS,
  );

  test("PIN rule 7: gives no tries back for a forgotten PIN", async () => {
    const ways = [ATTACKS["all PINs at one person"], ATTACKS["asking for a new PIN after each try"]];
    const counts: number[] = [];
    for (const between of ways) {
      if (between === undefined) throw new RangeError("no such attack");
      const { terminal, victim } = await attacked(3);
      counts.push((await guessAllAt(terminal, victim, between, 6 * HOUR_MS)).length);
    }
    expect(counts[1]).toBeLessThanOrEqual(counts[0] ?? 0);
  });
});

describe("a terminal that one PIN is tried at on 500 people", () => {
  test(
    "slows down, tells the hub so, and serves honest people, the attacked ones too",
    async () => {
      const { terminal } = await attacked(510);
      const victims = terminal.people.slice(0, 500);
      const others = terminal.people.slice(500);
      const tookMs: number[] = [];
      const beganMs = terminal.nowMs;
      const judgedMs = await sprayAll(terminal, victims, 25, async (tries) => {
        for (const each of [others[(tries / 25) % others.length], victims[tries - 1]]) {
          if (each === undefined) continue;
          const served = await terminal.enter(each, each.pin);
          expect(served.answer).toBe("right");
          tookMs.push(served.tookMs);
        }
      });
      expect(judgedMs).toHaveLength(500);
      expect(Math.max(...tookMs)).toBeLessThanOrEqual(spray.slowMs + SERVED_MS);
      const slowly = 500 - spray.tries - (terminal.nowMs - beganMs) / spray.refillMs;
      expect(terminal.nowMs - beganMs).toBeGreaterThan(slowly * spray.slowMs);
      const changes = terminal.events().filter(({ kind }) => kind === "pin.spray");
      expect(changes.map(({ payload, person }) => ({ payload, person }))).toEqual([
        { payload: { state: "slowed" }, person: null },
      ]);
      await terminal.pass((spray.tries / 2) * spray.refillMs + SERVED_MS);
      expect(terminal.events().at(-1)).toMatchObject({ kind: "pin.spray", payload: { state: "recovered" } });
    },
    MOST_MS,
  );

  test("is as slow after the plug was pulled", async () => {
    const { terminal } = await attacked(spray.tries + 10);
    await sprayAll(terminal, terminal.people.slice(0, spray.tries + 5), 1_000, () => Promise.resolve());
    await terminal.cutPower();
    await terminal.cutPower();
    const [last] = terminal.people.slice(-1);
    if (last === undefined) throw new RangeError("nobody left");
    const { answer, tookMs } = await terminal.enter(last, last.pin);
    expect(answer).toBe("right");
    expect(tookMs).toBeGreaterThan(spray.slowMs - 1_000);
  });
});

describe("the most in any 24 h", () => {
  test("is counted over every day there is, not from midnight", () => {
    expect(mostInADay([])).toBe(0);
    expect(mostInADay([0, DAY_MS - 1, DAY_MS, DAY_MS + 1, 3 * DAY_MS])).toBe(3);
  });
});
