import { describe, expect, it } from "vitest";
import { Turns } from "./turns.ts";

describe("turns", () => {
  it("run one after the other, in the order in which they came, whatever becomes of one", async () => {
    const turns = new Turns();
    const order: string[] = [];
    const work = (label: string, fails: boolean) =>
      turns.take(async () => {
        order.push(`${label} begins`);
        await Promise.resolve();
        order.push(`${label} ends`);
        if (fails) throw new Error(label);
        return label;
      });
    const all = await Promise.allSettled([work("1", false), work("2", true), work("3", false)]);
    expect(order).toEqual(["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
    expect(all.map((each) => each.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("refuse what is too many to wait for", async () => {
    const turns = new Turns();
    let ran = 0;
    const taken: Promise<unknown>[] = [];
    for (let count = 0; count < 10_001; count += 1) {
      taken.push(turns.take(() => Promise.resolve((ran += 1))).catch((error: unknown) => error));
    }
    const results = await Promise.all(taken);
    expect(ran).toBe(10_000);
    expect(results.at(-1)).toMatchObject({ code: "store.busy" });
  });
});
