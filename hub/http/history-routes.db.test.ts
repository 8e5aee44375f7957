import { beforeEach, afterEach, expect, it } from "vitest";
import { ExportChecker, type ExportReport } from "../../device/verify/check-export.ts";
import { receiptCode, eventHash } from "../../protocol/chain.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { TestApi, type ApiClient } from "../testing/api.ts";
import { HistoryTerminal } from "../testing/histories.ts";
import type { TestHub } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee } from "../testing/people.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { MAX_RECEIPT_LOOKUPS } from "./routes/receipts.ts";

interface Page {
  readonly conflicts?: unknown[];
  readonly corrections?: unknown[];
  readonly next: string | null;
}

const MINUTE = 60_000;
const AT_MS = TEST_WALL_MS - 60 * MINUTE;

describeOnDatabases("conflicts, corrections, closed days, receipts and ledgers by HTTP", (given) => {
  let hub: TestHub;
  let api: TestApi;
  let owner: ApiClient;
  let kiosk: KioskId;
  let ana: PersonId;
  let box: HistoryTerminal;

  beforeEach(async () => {
    hub = given.hub;
    api = new TestApi(hub);
    owner = await api.as("owner");
    ({ kiosk } = await aKiosk(hub, { name: "Westside Bar" }));
    ({ person: ana } = await anAssignee(hub, kiosk));
    box = await HistoryTerminal.open(hub, kiosk, 71);
    box.boot(AT_MS - MINUTE, "set");
  });
  afterEach(() => api.app.close());

  const textOf = (seq: number): string => box.terminal.events[seq - 1] ?? "";
  const codeOf = (seq: number): string => receiptCode(eventHash(textOf(seq)));

  it("a conflict is listed, settled once with a reason, and stays in the list of all", async () => {
    box.punch(ana, "out", "in", AT_MS);
    await box.handIn();
    const { conflicts } = (await owner.get("/api/v1/conflicts")).json<{
      conflicts: { conflict: string }[];
    }>();
    expect(conflicts).toMatchObject([{ kind: "state", person: ana, day: "2026-11-24", decision: null }]);
    const path = `/api/v1/conflicts/${conflicts[0]?.conflict ?? ""}/settle`;
    const settled = await owner.send("POST", path, { decision: "leave-out", reason: " a try " });
    expect(settled.statusCode).toBe(204);
    expect((await owner.send("POST", path, { decision: "count" })).json()).toMatchObject({
      status: 409,
      code: "conflict.settled",
    });
    expect((await owner.get("/api/v1/conflicts?state=open")).json()).toEqual({ conflicts: [], next: null });
    expect((await owner.get("/api/v1/conflicts?state=all")).json()).toMatchObject({
      conflicts: [{ decision: "leave-out", reason: "a try", punches: [{ seq: 1, counts: false }] }],
    });
    const unknown = await owner.send("POST", `/api/v1/conflicts/${"0".repeat(16)}/settle`, {
      decision: "count",
    });
    expect(unknown.json()).toMatchObject({ status: 404, code: "conflict.unknown" });
  });

  it("lists of conflicts and corrections come in pages, each entry once", async () => {
    for (let hour = 0; hour < 5; hour += 1) box.punch(ana, "in", "in", AT_MS - 300 + hour);
    await box.handIn();
    for (let hour = 1; hour <= 5; hour += 1) {
      const add = { action: "out", atMs: AT_MS - hour * 60 * MINUTE };
      const made = await owner.send("POST", "/api/v1/corrections", { person: ana, reason: "r", add });
      expect(made.statusCode).toBe(201);
    }
    for (const [path, name] of [
      ["/api/v1/conflicts?state=all", "conflicts"],
      [`/api/v1/corrections?person=${ana}`, "corrections"],
    ] as const) {
      const whole = (await owner.get(path)).json<Page>()[name] ?? [];
      const paged: unknown[] = [];
      let after: string | null = "";
      while (after !== null) {
        const more: string = after === "" ? "" : `&after=${after}`;
        const page: Page = (await owner.get(`${path}&limit=2${more}`)).json<Page>();
        paged.push(...(page[name] ?? []));
        after = page.next;
      }
      expect(whole.length).toBeGreaterThan(0);
      expect(paged).toEqual(whole);
    }
    const day = (await owner.get("/api/v1/corrections?day=2026-11-23")).json<{ corrections: unknown[] }>();
    expect(day.corrections).toEqual([]);
  });

  it("a correction has one of its two forms and a reason", async () => {
    const add = { action: "in", atMs: AT_MS };
    const terminal = box.terminal.id;
    for (const body of [
      { person: ana, add },
      { person: ana, reason: "  ", add },
      { person: ana, reason: "r" },
      { person: ana, reason: "r", add, void: { terminal, store: box.terminal.store, seq: 1 } },
      { person: ana, reason: "r\nr", add },
    ]) {
      const answer = await owner.send("POST", "/api/v1/corrections", body);
      expect(answer.json(), JSON.stringify(body)).toMatchObject({ status: 400, code: "request.malformed" });
    }
  });

  it("days are closed and opened again", async () => {
    expect((await owner.get("/api/v1/closed-days")).json()).toEqual({ closedUntil: null });
    expect((await owner.send("PUT", "/api/v1/closed-days", { closedUntil: "2026-11-20" })).statusCode).toBe(
      204,
    );
    expect((await owner.get("/api/v1/closed-days")).json()).toEqual({ closedUntil: "2026-11-20" });
    const admin = await api.as("admin");
    expect((await admin.send("PUT", "/api/v1/closed-days", { closedUntil: null })).json()).toMatchObject({
      status: 403,
      code: "access.owners-only",
    });
    expect((await owner.send("PUT", "/api/v1/closed-days", { closedUntil: null })).statusCode).toBe(204);
  });

  it("a receipt tells the exact event in words, however it was typed, and of an undo, too", async () => {
    const seq = box.punch(ana, "in", "out", AT_MS);
    box.undo(ana, seq, AT_MS + 2_000);
    await box.handIn();
    const typed = `${codeOf(1).slice(0, 4)}-${codeOf(1).slice(4)}`.toUpperCase();
    expect((await owner.get(`/api/v1/receipts/${typed}`)).json()).toEqual({
      events: [
        {
          ...{ kind: "punch", person: ana, name: "Ana Kovač", kiosk, kioskName: "Westside Bar" },
          ...{ terminal: box.terminal.id, store: box.terminal.store, seq: 1, atMs: AT_MS, offsetMinutes: 60 },
          ...{ hash: eventHash(textOf(1)), undone: true, counts: false },
          words: "Ana Kovač clocked in at Westside Bar, 2026-11-24 06:02; it was taken back.",
        },
      ],
    });
    expect((await owner.get(`/api/v1/receipts/${codeOf(2)}`)).json()).toMatchObject({
      events: [{ kind: "punch.undone", seq: 2, counts: true, hash: eventHash(textOf(2)) }],
    });
  });

  it("a manager may look up their own receipts; somebody else's is unknown to them, as one that is nobody's", async () => {
    const manager = await api.as("manager");
    box.punch(ana, "in", "out", AT_MS);
    box.punch(manager.person, "in", "out", AT_MS + MINUTE);
    await box.handIn();
    const own = (await manager.get(`/api/v1/receipts/${codeOf(2)}`)).json<object>();
    expect(own).toMatchObject({ events: [{ person: manager.person }] });
    const others = (await manager.get(`/api/v1/receipts/${codeOf(1)}`)).json<object>();
    expect(others).toMatchObject({ status: 404, code: "receipt.unknown" });
    expect((await manager.get("/api/v1/receipts/00000000")).json()).toEqual(others);
    expect((await manager.get("/api/v1/receipts/ILOU0000")).json()).toMatchObject({ status: 400 });
  });

  it("who tries receipt codes is stopped, whatever session they use", async () => {
    const manager = await api.as("manager");
    for (let tries = 0; tries < MAX_RECEIPT_LOOKUPS; tries += 1)
      await manager.get("/api/v1/receipts/00000000");
    const again = await api.signedIn(manager.person);
    expect((await again.get("/api/v1/receipts/00000000")).json()).toMatchObject({
      status: 429,
      code: "request.too-many",
    });
  });

  async function exported(query = ""): Promise<string> {
    const answer = await owner.get(`/api/v1/ledger${query}`);
    expect(answer.headers["content-type"]).toContain("application/x-ndjson");
    return answer.body;
  }

  function check(text: string, receipt: string | null = null): ExportReport {
    const checker = new ExportChecker({ receipt, publicKey: null });
    for (const line of text.trimEnd().split("\n")) checker.line(line);
    return checker.report();
  }

  it("the hub's export holds every event as it was signed, and a receipt is found in it with no hub", async () => {
    const other = await HistoryTerminal.open(hub, kiosk, 72);
    other.boot(AT_MS, "set");
    other.punch(ana, "out", "in", AT_MS + 1);
    await other.handIn();
    for (let at = 0; at < 7; at += 1) box.punch(ana, "in", "in", AT_MS + at * MINUTE);
    await box.handIn(0, 3);
    await box.handIn(3);
    const all = check(await exported(), codeOf(5));
    expect(all).toMatchObject({ isGood: true, events: 8, receipts: [{ event: { seq: 5 }, isSigned: true }] });
    const one = check(await exported(`?terminal=${box.terminal.id}`));
    expect(one.stores).toMatchObject([
      { terminal: box.terminal.id, lastSeq: 7, signedSeq: 7, signatures: 2 },
    ]);
    expect((await owner.get(`/api/v1/ledger?terminal=${"0".repeat(16)}`)).json()).toMatchObject({
      code: "terminal.unknown",
    });
  });

  it("forks are in the export as they are", async () => {
    box.punch(ana, "in", "out", AT_MS);
    await box.handIn();
    box.terminal.events = [];
    box.punch(ana, "out", "in", AT_MS + 1);
    await box.handIn();
    const report = check(await exported());
    expect(report.isGood).toBe(false);
    expect(report.findings.map(({ what }) => what)).toContain("fork");
    expect(report.events).toBe(2);
  });
});
