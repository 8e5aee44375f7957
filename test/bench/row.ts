import * as z from "zod";

/**
 * One number that the bench watches. A row with a limit is a ratio or a count, measured against something else in the same
 * run, so that it says the same on any machine; a plain time or rate has no limit and is for information.
 */
export interface Row {
  /** `group.name`; `--only` takes its beginning. */
  readonly name: string;
  readonly unit: string;
  /** The value may be this and no more; null for a row that is only told. */
  readonly limit: number | null;
  /** What the value is measured against, for the table's reader. */
  readonly against: string;
  measure(bench: Bench): Promise<number>;
}

export const result = z.strictObject({
  name: z.string(),
  /** Null when it could not be measured; such a row is not ok. */
  value: z.number().nullable(),
  unit: z.string(),
  limit: z.number().nullable(),
  ok: z.boolean(),
  against: z.string(),
});
export type Result = z.infer<typeof result>;
/** What bench-results.json holds. */
export const resultsFile = z.array(result);

/** One run of the bench: what its rows share is made once, when first asked for, and cleared away at the end. */
export class Bench implements AsyncDisposable {
  readonly quick: boolean;
  readonly #made = new Map<unknown, unknown>();
  readonly #endings: (() => Promise<void> | void)[] = [];

  constructor(quick: boolean) {
    this.quick = quick;
  }

  /** Repetitions of a measurement: the first number in a quick run, the second in a full one. */
  repetitions(quick: number, full: number): number {
    return this.quick ? quick : full;
  }

  /** The one product of `make` in this run: several rows may be read off one measurement. */
  once<Product>(make: (bench: Bench) => Promise<Product>): Promise<Product> {
    const known = this.#made.get(make);
    // Only this method writes the map, a maker with its own product.
    if (known !== undefined) return known as Promise<Product>;
    const making = make(this);
    this.#made.set(make, making);
    return making;
  }

  /** Calls `end` when the run is over, the latest first. */
  atEnd(end: () => Promise<void> | void): void {
    this.#endings.push(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#endings.reverse()) await end();
  }
}
