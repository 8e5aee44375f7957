import { afterEach, beforeEach, expect, it } from "vitest";
import { crockford } from "../../protocol/ids.ts";
import { TestApi, type ApiClient } from "../testing/api.ts";
import { closeRequest, forgetPin, readersAt } from "../testing/mail/notices.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import type { MailListing } from "../mail/list.ts";
import type { StoredMailState } from "../store/mail-schema.ts";

describeOnDatabases("mails, by the API", (given) => {
  let apis: TestApi[];
  beforeEach(() => void (apis = []));
  afterEach(async () => {
    for (const api of apis) await api.app.close();
  });

  const admin = (hasServer: boolean): Promise<ApiClient> => {
    const api = new TestApi(given.hub, { mail: { hasServer, hubUrl: () => "https://hub.example.com/" } });
    apis.push(api);
    return api.as("admin");
  };
  const list = async (client: ApiClient, query = "") =>
    (await client.get(`/api/v1/mail${query}`)).json<{ mails: MailListing[]; next: string | null }>();
  const theMail = async (client: ApiClient): Promise<string> => (await list(client)).mails[0]?.mail ?? "";
  const retry = (client: ApiClient, mail: string) => client.send("POST", `/api/v1/mail/${mail}/retry`);
  const set = (state: StoredMailState) =>
    given.hub.context.store.queries
      .updateTable("mails")
      .set({ state, tries: 3, next_try_ms: null, last_error: "mail.refused" })
      .execute();

  it("without a mail server are in the outbox, with all they say", async () => {
    const client = await admin(false);
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    expect(await list(client)).toEqual({
      mails: [
        {
          mail: expect.stringMatching(/^[0-9a-z]{16}$/) as string,
          kind: "forgot-pin",
          to: "olga@example.com",
          subject: "Ana Kovač forgot their PIN at Westside Bar",
          text: expect.stringContaining("https://hub.example.com/#requests") as string,
          atMs: given.hub.wallClock.wallMs(),
          state: "outbox",
          tries: 0,
          nextTryMs: null,
          lastError: null,
        },
      ],
      next: null,
    });
    const refused = await retry(client, await theMail(client));
    expect(refused.json()).toMatchObject({ status: 409, code: "mail.no-server" });
  });

  it("come page by page, the newest first, each once", async () => {
    const client = await admin(true);
    await readersAt(given.hub, "a@example.com", "b@example.com");
    const { kiosk } = await forgetPin(given.hub, "Person 0");
    for (let count = 1; count < 4; count += 1) {
      if (count !== 2) given.hub.wallClock.set(given.hub.wallClock.wallMs() + 1);
      await forgetPin(given.hub, `Person ${count}`, kiosk);
    }
    const seen: MailListing[] = [];
    let query = "?limit=3";
    for (let page = 0; page < 10; page += 1) {
      const { mails, next } = await list(client, query);
      seen.push(...mails);
      if (next === null) break;
      query = `?limit=3&after=${next}`;
    }
    expect(new Set(seen.map((mail) => mail.mail)).size).toBe(8);
    expect(seen.map((mail) => mail.atMs)).toEqual(seen.map((mail) => mail.atMs).toSorted((a, b) => b - a));
  });

  it("that failed, wait, or may have been sent are tried again when an admin says so, which is audited", async () => {
    const client = await admin(true);
    await readersAt(given.hub, "olga@example.com");
    await forgetPin(given.hub);
    const mail = await theMail(client);
    for (const state of ["failed", "unsure", "waiting"] as const) {
      await set(state);
      expect((await retry(client, mail)).statusCode).toBe(204);
      expect((await list(client)).mails).toMatchObject([
        { state: "waiting", tries: 0, nextTryMs: given.hub.wallClock.wallMs() },
      ]);
    }
    const { audit } = (await client.get("/api/v1/audit")).json<{
      audit: { action: string; subject: string }[];
    }>();
    expect(audit.filter((each) => each.action === "mail.retried").map((each) => each.subject)).toEqual([
      mail,
      mail,
      mail,
    ]);
  });

  it("that were sent, are being sent or are not wanted any more are not tried again", async () => {
    const client = await admin(true);
    await readersAt(given.hub, "olga@example.com");
    const forgotten = await forgetPin(given.hub);
    const mail = await theMail(client);
    for (const [state, code] of [
      ["sent", "mail.sent"],
      ["sending", "mail.sending"],
    ] as const) {
      await set(state);
      expect((await retry(client, mail)).json()).toMatchObject({ status: 409, code });
    }
    await set("failed");
    await closeRequest(given.hub, forgotten);
    expect((await retry(client, mail)).json()).toMatchObject({ status: 409, code: "mail.withdrawn" });
    const unknown = crockford(given.hub.context.random.bytes(10), 16);
    expect((await retry(client, unknown)).json()).toMatchObject({ status: 404, code: "mail.unknown" });
    expect((await retry(client, "nonsense")).json()).toMatchObject({ status: 400 });
    const after = await client.get("/api/v1/mail?after=nonsense");
    expect(after.json()).toMatchObject({ status: 400, code: "cursor.malformed" });
  });
});
