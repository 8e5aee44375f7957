import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../sim/world/virtual-scheduler.ts";
import { LONGEST_REOPEN_MS } from "./backoff.ts";
import { HalError } from "./errors.ts";
import { KeptOpen } from "./kept-open.ts";
import { PROBE_LIMIT_MS } from "./ports.ts";

type Behaviour = "works" | "refuses" | "hangs";

function makeKept(first: { open?: Behaviour; check?: Behaviour } = {}) {
  const scheduler = new VirtualScheduler();
  const now = { open: first.open ?? "works", check: first.check ?? "works" };
  const log: string[] = [];
  const act = (what: "open" | "check"): Promise<void> => {
    log.push(what);
    if (now[what] === "hangs") return new Promise(() => undefined);
    return now[what] === "works" ? Promise.resolve() : Promise.reject(new Error("refused"));
  };
  const handle = {
    close: () => {
      log.push("close");
      return Promise.resolve();
    },
  };
  const kept = new KeptOpen({
    scheduler,
    open: async () => {
      await act("open");
      return handle;
    },
    check: () => act("check"),
    onOpen: () => log.push("opened"),
    onLost: () => log.push("lost"),
    faultOf: (cause) => new HalError("hal.leds.io", "lost", { cause }),
  });
  kept.onFault(() => log.push("fault"));
  kept.onRecovered(() => log.push("recovered"));
  return { scheduler, now, log, kept };
}

describe("lines that are kept open", () => {
  test("are opened at once, asked whether they work, and handed out", async () => {
    const { kept, log, scheduler } = makeKept();
    expect(kept.handle).toBeNull();
    await scheduler.run(1);
    expect(kept.handle).not.toBeNull();
    expect(log).toEqual(["open", "check", "opened"]);
    await kept.close();
    expect([log.at(-1), kept.handle, kept.wake()]).toEqual(["close", null, false]);
  });

  test("are tried again ever more rarely, only when they are used or probed, and one fault tells of it all", async () => {
    const { kept, log, scheduler } = makeKept({ open: "refuses" });
    const triedAtMs: number[] = [];
    for (let ms = 0; ms < 120_000; ms += 50) {
      const { length } = log;
      kept.wake();
      await scheduler.run(ms);
      if (log.slice(length).includes("open")) triedAtMs.push(ms);
    }
    const waits = triedAtMs.map((ms, index) => ms - (triedAtMs[index - 1] ?? 0)).slice(1);
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
    expect(waits.at(-1)).toBeLessThanOrEqual(LONGEST_REOPEN_MS + 100);
    expect(triedAtMs.length).toBeLessThan(12);
    expect(log.filter((each) => each === "fault")).toHaveLength(1);
    expect(scheduler.pending).toBe(0);
  });

  test("that open and then fail at once are no recovery", async () => {
    const { kept, log, now, scheduler } = makeKept({ check: "refuses" });
    await scheduler.run(1);
    await scheduler.pass(LONGEST_REOPEN_MS);
    await kept.probe();
    expect(log.filter((each) => each === "recovered" || each === "fault")).toEqual(["fault"]);
    expect(log.filter((each) => each === "close")).toHaveLength(2);
    now.check = "works";
    await scheduler.pass(LONGEST_REOPEN_MS);
    await kept.probe();
    expect(log.at(-2)).toBe("recovered");
  });

  test("that hang are given up by a probe within its limit", async () => {
    const { kept, log, now, scheduler } = makeKept();
    await scheduler.run(1);
    now.check = "hangs";
    const probe = kept.probe();
    await scheduler.pass(PROBE_LIMIT_MS);
    await probe;
    expect(log).toContain("fault");
    expect(kept.handle).toBeNull();
  });

  test("that hang while they are opened end neither a probe nor a close", async () => {
    const { kept, log, scheduler } = makeKept({ open: "hangs" });
    const ends = Promise.all([kept.probe(), kept.close()]);
    await scheduler.run(PROBE_LIMIT_MS);
    await ends;
    expect(log).toEqual(["open"]);
  });

  test("that come after close are closed", async () => {
    const { kept, log, scheduler } = makeKept();
    const closed = kept.close();
    await scheduler.run(1);
    await closed;
    expect(log).toEqual(["open", "check", "close"]);
  });

  test("that were given up before are past caring", async () => {
    const { kept, log, scheduler } = makeKept();
    await scheduler.run(1);
    const { handle } = kept;
    if (handle === null) throw new Error("no handle");
    kept.fail(handle, new Error("once"));
    kept.fail(handle, new Error("twice"));
    expect(log.filter((each) => each === "lost")).toHaveLength(1);
  });
});
