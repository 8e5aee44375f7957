import { afterEach, beforeEach, expect, it } from "vitest";
import { TestApi, type ApiClient } from "../testing/api.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { refusal } from "../testing/people.ts";
import { callerOf, signUp } from "../testing/access.ts";
import { actOnce, ANSWER_LIFE_MS } from "./idempotency.ts";

const KEY = "5c1a7f0e-2b7d-4a63-9d25-9a1f3f0c7e11";

describeOnDatabases("a write with an Idempotency-Key", (given) => {
  let api: TestApi;
  let admin: ApiClient;
  beforeEach(async () => {
    api = new TestApi(given.hub);
    admin = await api.as("admin");
  });
  afterEach(() => api.app.close());

  const add = (name: string, key = KEY, client = admin) =>
    client.send("POST", "/api/v1/people", { name }, { "idempotency-key": key });
  const named = async (name: string) => {
    const { queries } = given.hub.context.store;
    return (await queries.selectFrom("people").select("id").where("name", "=", name).execute()).length;
  };

  it("is done once and answered the same, PIN included", async () => {
    const first = await add("Ana");
    const second = await add("Ana");
    expect(first.statusCode).toBe(201);
    expect(second.statusCode).toBe(201);
    expect(second.json()).toEqual(first.json());
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(second.headers["idempotency-replayed"]).toBe("true");
    expect(await named("Ana")).toBe(1);
  });

  it("is done once when both come at the same moment", async () => {
    const both = await Promise.all([add("Ana"), add("Ana")]);
    const done = both.filter((each) => each.statusCode === 201 && !("idempotency-replayed" in each.headers));
    expect(done).toHaveLength(1);
    expect(await named("Ana")).toBe(1);
  });

  it("is not done again while the first is under way, nor when the first was cut short", async () => {
    const caller = await callerOf(given.hub, await signUp(given.hub, "owner"));
    const write = (act: () => Promise<unknown>) => actOnce(given.hub.context, caller, KEY, "a request", act);
    let acts = 0;
    const again = () => write(async () => (acts += 1));
    const first = await write(async () => {
      await expect(again()).rejects.toEqual(refusal("idempotency.under-way"));
      return "done";
    });
    expect(first).toEqual({ body: "done", isRepeated: false });
    expect(await again()).toEqual({ body: "done", isRepeated: true });
    // A power cut between the act and its answer.
    await given.hub.context.store.queries.updateTable("idempotency").set({ answer: null }).execute();
    await expect(again()).rejects.toEqual(refusal("idempotency.under-way"));
    expect(acts).toBe(0);
  });

  it("is not done again when only its answer could not be kept", async () => {
    const caller = await callerOf(given.hub, await signUp(given.hub, "owner"));
    const write = (answer: unknown) =>
      actOnce(given.hub.context, caller, KEY, "a request", async () => answer);
    // What JSON cannot say stands for a disk that is full.
    await expect(write(1n)).rejects.toThrow(TypeError);
    await expect(write("again")).rejects.toEqual(refusal("idempotency.under-way"));
  });

  it("is refused with another body, or for another route", async () => {
    const { person } = (await add("Ana")).json<{ person: string }>();
    expect((await add("Eva")).json()).toMatchObject({ status: 422, code: "idempotency.other-request" });
    const other = await admin.send("POST", `/api/v1/people/${person}/deactivate`, undefined, {
      "idempotency-key": KEY,
    });
    expect(other.json()).toMatchObject({ status: 422, code: "idempotency.other-request" });
    expect(await named("Eva")).toBe(0);
  });

  it("is of one caller: another's same key is another key", async () => {
    const colleague = await api.as("admin");
    await add("Ana");
    expect((await add("Ana", KEY, colleague)).headers["idempotency-replayed"]).toBeUndefined();
    expect(await named("Ana")).toBe(2);
  });

  it("may be tried again after it was refused", async () => {
    const wish = { name: "Ana", number: "12" };
    const send = (body: object) => admin.send("POST", "/api/v1/people", body, { "idempotency-key": KEY });
    expect((await send(wish)).json()).toMatchObject({ status: 400, code: "person.number" });
    expect((await send({ ...wish, number: "1200" })).statusCode).toBe(201);
  });

  it("with nothing to answer is answered with nothing again", async () => {
    const { person } = (await add("Ana")).json<{ person: string }>();
    const change = () =>
      admin.send("PATCH", `/api/v1/people/${person}`, { name: "Ana K." }, { "idempotency-key": `${KEY}-2` });
    for (const replayed of [undefined, "true"]) {
      const { statusCode, headers } = await change();
      expect([statusCode, headers["idempotency-replayed"]]).toEqual([204, replayed]);
    }
  });

  it("is forgotten after a day", async () => {
    await add("Ana");
    given.hub.wallClock.set(TEST_WALL_MS + ANSWER_LIFE_MS - 1);
    const idle = await api.as("admin");
    expect((await add("Eva", KEY, idle)).statusCode).toBe(201);
    given.hub.wallClock.set(TEST_WALL_MS + ANSWER_LIFE_MS);
    const rows = async () => given.hub.context.store.queries.selectFrom("idempotency").selectAll().execute();
    expect(await rows()).toHaveLength(2);
    await add("Ida", `${KEY}-3`, idle);
    expect(await rows()).toHaveLength(2);
  });

  it("leaves nothing in the database that hub.key alone could open, and no PIN that could be tried", async () => {
    const { pin } = (await add("Ana")).json<{ pin: string }>();
    const [row] = await given.hub.context.store.queries.selectFrom("idempotency").selectAll().execute();
    expect(row?.answer).not.toBeNull();
    expect(Buffer.from(row?.answer ?? "", "base64").toString("latin1")).not.toContain(pin);
    expect(JSON.stringify(row)).not.toContain(KEY);
  });

  it("needs a key that nobody guesses", async () => {
    for (const key of ["1", "a b c d e f g h i j k", "x".repeat(65)]) {
      expect((await add("Ana", key)).json()).toMatchObject({ status: 400, code: "request.malformed" });
    }
    expect(await named("Ana")).toBe(0);
  });

  it("that shows a PIN is done each time: each time is audited", async () => {
    const { person } = (await add("Ana")).json<{ person: string }>();
    for (let turn = 0; turn < 2; turn += 1) {
      const shown = await admin.send("POST", `/api/v1/people/${person}/pin/show`, undefined, {
        "idempotency-key": `${KEY}-4`,
      });
      expect(shown.statusCode).toBe(200);
    }
    const { queries } = given.hub.context.store;
    const audited = await queries
      .selectFrom("audit")
      .select("id")
      .where("action", "=", "pin.shown")
      .execute();
    expect(audited).toHaveLength(2);
  });
});
