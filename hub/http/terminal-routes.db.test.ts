import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { COMMAND_TIMEOUT_MS } from "../session/commands.ts";
import { signUp } from "../testing/access.ts";
import { TestApi, type ApiClient } from "../testing/api.ts";
import { TestBox } from "../testing/box.ts";
import { connect, greet, openTestTerminal, settled } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, auditOf } from "../testing/people.ts";
import { TestTerminal } from "../testing/terminal.ts";

describeOnDatabases("terminals, by the API", (given) => {
  let api: TestApi;
  let admin: ApiClient;
  beforeEach(async () => {
    api = new TestApi(given.hub);
    admin = api.holder((await signUp(given.hub, "admin")).token);
  });
  afterEach(() => api.app.close());

  const act = (terminal: string, what: string) => admin.send("POST", `/api/v1/terminals/${terminal}/${what}`);
  /** The request goes its way beside the terminal's time. */
  const commandArrived = (box: TestTerminal, count = 1): Promise<void> =>
    vi.waitFor(async () => {
      await given.hub.scheduler.pass(1);
      expect(box.all("command")).toHaveLength(count);
    });
  const listed = async () =>
    (await admin.get("/api/v1/terminals")).json<{ terminals: { terminal: string; standing: string }[] }>()
      .terminals;

  it("are unpaired and reported stolen, and the list says how each stands", async () => {
    const { kiosk } = await aKiosk(given.hub);
    const { person } = await anAssignee(given.hub, kiosk);
    const boxes = [await TestBox.pair(given.hub, kiosk), await TestBox.pair(given.hub, kiosk)] as const;
    const [unpaired, stolen] = boxes;
    expect(await listed()).toMatchObject([
      { standing: "paired", toldMs: null, connected: false, software: "test", unsent: 0, clockErrorMs: null },
      { standing: "paired" },
    ]);
    const done = await act(unpaired.terminal, "unpair");
    expect([done.statusCode, done.body]).toEqual([204, ""]);
    const { issued } = (await act(stolen.terminal, "report-stolen")).json<{
      issued: { owner: string; pin: string }[];
    }>();
    expect(issued.map(({ owner }) => owner).toSorted()).toEqual([kiosk, person].toSorted());
    const again = await act(stolen.terminal, "report-stolen");
    expect(again.json()).toEqual({ issued: [] });
    const standings = new Map((await listed()).map(({ terminal, standing }) => [terminal, standing]));
    expect(standings).toEqual(
      new Map([
        [unpaired.terminal, "unpairing"],
        [stolen.terminal, "stolen"],
      ]),
    );
  });

  it("are told what to do while they are connected, and the act stands in the audit log", async () => {
    const { kiosk } = await aKiosk(given.hub);
    const box = await openTestTerminal(given.hub, kiosk);
    const tell = (command: object) => admin.send("POST", `/api/v1/terminals/${box.id}/commands`, command);
    const asked = tell({ act: "resend", afterSeq: 3 });
    await commandArrived(box);
    expect(box.last("command")?.command).toEqual({ act: "resend", afterSeq: 3 });
    box.send({ type: "done", id: box.last("command")?.id ?? "", outcome: "done" });
    await settled(given.hub);
    expect((await asked).json()).toEqual({ outcome: "done" });

    const unanswered = tell({ act: "identify" });
    await commandArrived(box, 2);
    await given.hub.scheduler.pass(COMMAND_TIMEOUT_MS);
    expect((await unanswered).json()).toMatchObject({ status: 504, code: "terminal.no-answer" });

    box.unplug();
    await settled(given.hub);
    expect((await tell({ act: "restart" })).json()).toMatchObject({ status: 409, code: "terminal.offline" });
    expect((await tell({ act: "dance" })).json()).toMatchObject({ status: 400, code: "request.malformed" });
    const acts = (await auditOf(given.hub, box.id)).filter((action) => action !== "terminal.claimed");
    expect(acts).toEqual(["terminal.resent", "terminal.identified"]);
  });

  it("are listed with what they say of their clock and disk, what is missing of them, and their open forks", async () => {
    const { kiosk } = await aKiosk(given.hub);
    const box = await openTestTerminal(given.hub, kiosk);
    const started = { kind: "service.entered", person: null, payload: {} } as const;
    for (let count = 0; count < 5; count += 1) box.record(started);
    box.send(box.batch(1));
    await settled(given.hub);
    const copy = Object.assign(new TestTerminal(new SeededRandom(3)), {
      keys: box.keys,
      id: box.id,
      store: box.store,
    });
    copy.record(started);
    const before = box.beginStore("store.forked");
    connect(given.hub, box);
    await greet(given.hub, box);
    box.send({ ...copy.batch(), store: before.store });
    for (let count = 0; count < 9; count += 1) box.record(started);
    box.send({ ...box.batch(8), afterGap: true });
    box.status(1, given.hub.wallClock.wallMs(), {
      clock: "holding",
      disk: "full",
      pendingEvents: 5,
      setAside: 1,
    });
    await settled(given.hub);
    expect(await listed()).toMatchObject([
      {
        ...{ connected: true, store: box.store, unsent: 1, pendingEvents: 5, setAside: 1 },
        ...{ clock: "holding", clockErrorMs: 0, clockErrorSpanMs: null, disk: "full" },
        ...{ missingEvents: 7, openForks: 1 },
      },
    ]);

    const { forks } = (await admin.get("/api/v1/forks")).json<{ forks: { fork: string }[] }>();
    expect(forks).toMatchObject([
      { terminal: box.id, kiosk, store: before.store, firstSeq: 1, events: 1, punches: 0, counted: null },
    ]);
    const settle = (count: boolean) =>
      admin.send("POST", `/api/v1/forks/${forks[0]?.fork ?? ""}/settle`, { count });
    expect((await settle(true)).statusCode).toBe(204);
    expect((await settle(false)).json()).toMatchObject({ status: 409, code: "fork.counted" });
    expect((await admin.get("/api/v1/forks")).json()).toMatchObject({ forks: [{ counted: true }] });
    expect(await listed()).toMatchObject([{ openForks: 0 }]);
    const unknown = await admin.send("POST", `/api/v1/forks/${"0".repeat(16)}/settle`, { count: true });
    expect(unknown.json()).toMatchObject({ status: 404, code: "fork.unknown" });
  });

  it("that are not there are not found, and what is no id is no request", async () => {
    const command = await admin.send("POST", `/api/v1/terminals/${"0".repeat(16)}/commands`, {
      act: "unlock",
    });
    expect(command.json()).toMatchObject({ status: 404, code: "terminal.unknown" });
    for (const what of ["unpair", "report-stolen"]) {
      expect((await act("0".repeat(16), what)).json()).toMatchObject({
        status: 404,
        code: "terminal.unknown",
      });
      expect((await act("nothing", what)).json()).toMatchObject({ status: 400, code: "request.malformed" });
    }
  });
});
