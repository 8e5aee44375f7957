import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bootId, makeId, terminalId } from "../../protocol/ids.ts";
import { systemRandom } from "../../protocol/seams/clocks.ts";
import { startWorkerLedger, type WorkerLedger } from "./worker-port.ts";

const SCRIPT = new URL("./worker.ts", import.meta.url);
const settings = (path: string) => ({
  path,
  terminal: makeId(terminalId, systemRandom),
  terminalKey: Buffer.alloc(32).toString("base64"),
  boot: { id: makeId(bootId, systemRandom), startedMs: 0 },
});
const stamp = {
  boot: makeId(bootId, systemRandom),
  monotonicMs: 0,
  wallMs: 0,
  offsetMinutes: 0,
  clock: "set",
  nonce: "0123456789abcdef",
} as const;
const draft = { kind: "service.test-punch", person: null, payload: {} } as const;

let folder: string;
let ledger: WorkerLedger | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "punchbox-ledger-"));
  ledger = null;
});
afterEach(async () => {
  await ledger?.cut();
  rmSync(folder, { recursive: true });
});

describe("the ledger in its thread", () => {
  test("has what was recorded after being cut off, as by a power cut", async () => {
    const same = settings(join(folder, "a.db"));
    ledger = await startWorkerLedger(same, SCRIPT);
    await ledger.port.record(draft, stamp);
    await ledger.cut();
    ledger = await startWorkerLedger(same, SCRIPT);
    expect((await ledger.port.status()).head.seq).toBe(1);
  });

  test("says by its code why it cannot be opened", async () => {
    const opening = startWorkerLedger(settings(join(folder, "no", "a.db")), SCRIPT);
    await expect(opening).rejects.toMatchObject({ code: "store.open" });
  });

  test("fails calls once it is gone instead of leaving them waiting", async () => {
    ledger = await startWorkerLedger(settings(join(folder, "a.db")), SCRIPT);
    const asked = ledger.port.status();
    await ledger.cut();
    await Promise.allSettled([asked]);
    await expect(ledger.port.status()).rejects.toMatchObject({ code: "store.gone" });
  });

  test("tells that it has ended, for a terminal without a ledger must not go on", async () => {
    ledger = await startWorkerLedger(settings(join(folder, "a.db")), SCRIPT);
    await ledger.port.close();
    await expect(ledger.ended).resolves.toBeUndefined();
  });

  test("refuses more waiting calls than its limit", async () => {
    ledger = await startWorkerLedger(settings(join(folder, "a.db")), SCRIPT);
    const calls = Array.from({ length: 300 }, async () => ledger?.port.status());
    const results = await Promise.allSettled(calls);
    expect(results.some((each) => each.status === "rejected")).toBe(true);
    expect(results.filter((each) => each.status === "fulfilled")).toHaveLength(256);
  });
});
