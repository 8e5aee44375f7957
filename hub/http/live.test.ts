import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { endSessionsOf } from "../access/sessions.ts";
import { cookieName } from "./cookies.ts";
import { addTestPerson, openTestHub, type TestHub } from "../testing/hub.ts";
import { TestApi } from "../testing/api.ts";
import { openSession } from "../access/sessions.ts";

let hub: TestHub;
let api: TestApi;
beforeEach(async () => {
  hub = await openTestHub();
  api = new TestApi(hub);
});
afterEach(async () => {
  await api.app.close();
  await hub.core.close();
});

async function listen(token: string | null) {
  const cookie = token === null ? "" : `${cookieName("localhost:8080")}=${token}`;
  const answer = await api.app.inject({
    method: "GET",
    url: "/api/v1/live",
    headers: { host: "localhost:8080", cookie },
    payloadAsStream: true,
  });
  const heard = { text: "", isOver: false };
  const stream = answer.stream();
  stream.on("data", (part: Buffer) => void (heard.text += part.toString("utf8")));
  stream.on("end", () => void (heard.isOver = true));
  return { answer, heard };
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("the live stream", () => {
  it("tells a manager which topics changed, with the same headers as every answer", async () => {
    const { person } = await addTestPerson(hub, { role: "manager" });
    const { token } = await hub.context.store.transaction((transaction) =>
      openSession(transaction, hub.context, person, "a test"),
    );
    const { answer, heard } = await listen(token);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    await addTestPerson(hub, { name: "Someone new" });
    await hub.scheduler.pass(250);
    await settled();
    expect(heard.text).toContain('event: changed\ndata: {"topics":["people"]}');
    expect(heard.text).not.toContain("Someone new");
  });

  it("is cut off when its session is over", async () => {
    const { person } = await addTestPerson(hub, { role: "manager" });
    const { token } = await hub.context.store.transaction((transaction) =>
      openSession(transaction, hub.context, person, "a test"),
    );
    const { heard } = await listen(token);
    await hub.scheduler.pass(25_000);
    await settled();
    expect(heard.isOver).toBe(false);
    await endSessionsOf(hub.context, { ...HUB_ACTOR, person }, person);
    await hub.scheduler.pass(25_000);
    await settled();
    expect(heard.isOver).toBe(true);
  });

  it("is not for nobody", async () => {
    const { answer } = await listen(null);
    expect(answer.statusCode).toBe(401);
  });
});
