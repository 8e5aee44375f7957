import { afterEach, beforeEach, expect, it } from "vitest";
import { signUp } from "../testing/access.ts";
import { TestApi, type ApiClient } from "../testing/api.ts";
import { TestBox } from "../testing/box.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee } from "../testing/people.ts";

describeOnDatabases("terminals, by the API", (given) => {
  let api: TestApi;
  let admin: ApiClient;
  beforeEach(async () => {
    api = new TestApi(given.hub);
    admin = api.holder((await signUp(given.hub, "admin")).token);
  });
  afterEach(() => api.app.close());

  const act = (terminal: string, what: string) => admin.send("POST", `/api/v1/terminals/${terminal}/${what}`);
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

  it("that are not there are not found, and what is no id is no request", async () => {
    for (const what of ["unpair", "report-stolen"]) {
      expect((await act("0".repeat(16), what)).json()).toMatchObject({
        status: 404,
        code: "terminal.unknown",
      });
      expect((await act("nothing", what)).json()).toMatchObject({ status: 400, code: "request.malformed" });
    }
  });
});
