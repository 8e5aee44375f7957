import { describe, expect, test } from "vitest";
import { Bench, resultsFile, type Result, type Row } from "./row.ts";
import { exitCodeOf, runRows } from "./run.ts";
import { TABLE_HEAD, tableLine } from "./table.ts";

const row = (name: string, value: number, limit: number | null = 2): Row => ({
  name,
  unit: "x",
  limit,
  against: "a plain copy",
  measure: () => Promise.resolve(value),
});
const broken: Row = {
  ...row("copy.broken", 0),
  measure: () => Promise.reject(new RangeError("the disk is gone")),
};

interface Ran {
  readonly results: Result[];
  readonly told: string[];
  readonly failures: string[];
}

async function run(rows: readonly Row[], only: string | null = null, again = 0): Promise<Ran> {
  const told: string[] = [];
  const failures: string[] = [];
  const results = await runRows(
    rows,
    { quick: true, only, again },
    ({ name }) => told.push(name),
    ({ name }, error) => failures.push(`${name}: ${String(error)}`),
  );
  return { results, told, failures };
}

describe("a run of the bench", () => {
  test("is good when every row is within its limit, or has none", async () => {
    const { results } = await run([row("copy.small", 1.9), row("copy.even", 2), row("copy.told", 9, null)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(exitCodeOf(results)).toBe(0);
  });

  test("ends with exit code 1 when one row is over its limit", async () => {
    const { results } = await run([row("copy.small", 1.9), row("copy.large", 2.01)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(exitCodeOf(results)).toBe(1);
  });

  test("measures a row over its limit again at full length, and only that, as often as it is told", async () => {
    const values = [3, 2.5, 1.5];
    const lengths: boolean[] = [];
    const lucky: Row = {
      ...row("copy.lucky", 0),
      measure: ({ quick }) => {
        lengths.push(quick);
        return Promise.resolve(values.shift() ?? 9);
      },
    };
    const { results, told } = await run([row("copy.small", 1), lucky], null, 3);
    expect(results.map(({ name, value, ok }) => [name, value, ok])).toEqual([
      ["copy.small", 1, true],
      ["copy.lucky", 1.5, true],
    ]);
    expect(told).toEqual(["copy.small", "copy.lucky", "copy.lucky", "copy.lucky"]);
    expect(lengths).toEqual([true, false, false]);
    expect(exitCodeOf((await run([row("copy.large", 3)], null, 2)).results)).toBe(1);
  });

  test("goes on after a row that cannot be measured, says why, and ends with exit code 1", async () => {
    const { results, told, failures } = await run([
      broken,
      row("copy.nan", Number.NaN),
      row("copy.small", 1),
    ]);
    expect(results.map(({ value, ok }) => [value, ok])).toEqual([
      [null, false],
      [null, false],
      [1, true],
    ]);
    expect(told).toEqual(["copy.broken", "copy.nan", "copy.small"]);
    expect(failures[0]).toBe("copy.broken: RangeError: the disk is gone");
    expect(exitCodeOf(results)).toBe(1);
  });

  test("measures only rows whose names begin as asked", async () => {
    const rows = [broken, row("copy.small", 1), row("copy.smaller", 1), row("paste.copy.small", 1)];
    const { results, failures } = await run(rows, "copy.small");
    expect(results.map(({ name }) => name)).toEqual(["copy.small", "copy.smaller"]);
    expect(failures).toEqual([]);
  });

  test("with a prefix that no row has is not good", async () => {
    const { results } = await run([row("copy.small", 1)], "cpoy");
    expect(exitCodeOf(results)).toBe(1);
  });

  test("gives results that are what bench-results.json promises, and one line of a table each", async () => {
    const { results } = await run([row("copy.small", 1), broken]);
    expect(resultsFile.parse(JSON.parse(JSON.stringify(results)))).toEqual([
      { name: "copy.small", value: 1, unit: "x", limit: 2, ok: true, against: "a plain copy" },
      { name: "copy.broken", value: null, unit: "x", limit: 2, ok: false, against: "a plain copy" },
    ]);
    const [good, bad] = results.map(tableLine);
    expect(good).toMatch(/^copy\.small +1 x +<= 2 +ok +a plain copy$/);
    expect(bad).toMatch(/^copy\.broken +not measured +<= 2 +NOT OK +a plain copy$/);
    expect(good?.indexOf("a plain copy")).toBe(TABLE_HEAD.indexOf("against"));
  });
});

describe("what rows of one run share", () => {
  test("is made once, and cleared away at the end, the latest first", async () => {
    const story: string[] = [];
    const folder = (bench: Bench): Promise<string> => {
      story.push("make folder");
      bench.atEnd(() => void story.push("remove folder"));
      return Promise.resolve("folder");
    };
    const box = async (bench: Bench): Promise<string> => {
      const place = await bench.once(folder);
      bench.atEnd(() => void story.push("remove box"));
      return `box in ${place}`;
    };
    const shares = (name: string): Row => ({
      ...row(name, 0),
      measure: async (bench) => (await bench.once(box)).length,
    });
    const { results } = await run([shares("box.a"), shares("box.b")]);
    expect(results.map(({ value }) => value)).toEqual([13, 13]);
    expect(story).toEqual(["make folder", "remove box", "remove folder"]);
  });

  test("is fewer repetitions in a quick run", () => {
    expect(new Bench(true).repetitions(3, 30)).toBe(3);
    expect(new Bench(false).repetitions(3, 30)).toBe(30);
  });
});
