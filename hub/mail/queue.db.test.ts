import { expect, it } from "vitest";
import { makeId } from "../../protocol/ids.ts";
import { HUB_ACTOR } from "../access.ts";
import { prepareDemoSignIn } from "../access/demo.ts";
import { deactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { accessOf } from "../testing/access.ts";
import { addTestPerson, createTestKiosk } from "../testing/hub.ts";
import { closeRequest, forgetPin, readersAt, tell } from "../testing/mail/notices.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { mailId } from "./ids.ts";
import { MAX_WAITING_MAILS } from "./limits.ts";
import { listMails, type MailListing } from "./list.ts";
import type { Notice } from "./queue.ts";

const HUB_URL = "https://hub.example.com/";

describeOnDatabases("mails to owners and admins", (given) => {
  const mails = (): Promise<MailListing[]> =>
    listMails(given.hub.context.store.queries, { hasServer: true, hubUrl: () => HUB_URL }, null, 1_000);
  const readers = async () => (await mails()).map((mail) => mail.to).toSorted();

  it("are one for each active owner and admin that has an e-mail, and for nobody else (PIN rule 7)", async () => {
    const { hub } = given;
    await addTestPerson(hub, { role: "owner", email: "owner@example.com" });
    await addTestPerson(hub, { role: "admin", email: "admin@example.com" });
    await addTestPerson(hub, { role: "admin", email: null });
    await addTestPerson(hub, { role: "manager", email: "manager@example.com" });
    await addTestPerson(hub, { role: "regular", email: "regular@example.com" });
    const [left] = await readersAt(hub, "left@example.com");
    if (left !== undefined) await deactivatePerson(hub.context, HUB_ACTOR, left);
    await forgetPin(hub);
    expect(await readers()).toEqual(["admin@example.com", "owner@example.com"]);
  });

  it("go to the e-mail that an owner signs in with, where no other is known", async () => {
    await addTestPerson(given.hub, { role: "owner", email: null });
    await prepareDemoSignIn(accessOf(given.hub));
    await forgetPin(given.hub);
    expect(await readers()).toEqual(["owner@demo.example"]);
  });

  it("are queued once, however often the same notice is told, also when readers come meanwhile", async () => {
    await readersAt(given.hub, "olga@example.com");
    const { notice } = await forgetPin(given.hub);
    await tell(given.hub, notice);
    await readersAt(given.hub, "new@example.com");
    await tell(given.hub, { ...notice, atMs: notice.atMs + 1 });
    expect(await readers()).toEqual(["olga@example.com"]);
  });

  it("are one where two read at one address", async () => {
    await readersAt(given.hub, "Office@example.com", "office@example.com", "office@EXAMPLE.com");
    await forgetPin(given.hub);
    expect(await readers()).toEqual(["Office@example.com"]);
  });

  it("of an export go to all but who did it", async () => {
    const [by] = await readersAt(given.hub, "by@example.com", "other@example.com");
    const kiosk = await createTestKiosk(given.hub);
    if (by === undefined) throw new RangeError("nobody");
    await tell(given.hub, { kind: "pins-exported", audit: "a1", by, kiosk, atMs: 0 });
    expect(await readers()).toEqual(["other@example.com"]);
  });

  it("tell both stages of slow guessing, each once, and each alarm of a terminal", async () => {
    const { hub } = given;
    await readersAt(hub, "olga@example.com");
    const { person } = await addTestPerson(hub, { name: "Ana Kovač" });
    const kiosk = await createTestKiosk(hub);
    const guess = {
      kind: "slow-guess",
      alarm: "g",
      person,
      kiosk,
      guesses: 50,
      mustChange: false,
      atMs: 0,
    } as const;
    const notices: Notice[] = [
      guess,
      guess,
      { ...guess, guesses: 100, mustChange: true },
      { ...guess, alarm: "u", person: null, guesses: 500 },
      { kind: "spray", alarm: "s1", kiosk, atMs: 0 },
      { kind: "spray", alarm: "s1", kiosk, atMs: 0 },
      { kind: "spray", alarm: "s2", kiosk, atMs: 0 },
    ];
    for (const notice of notices) await tell(hub, notice);
    expect((await mails()).map((mail) => mail.subject).toSorted()).toEqual([
      "PINs are tried on many people at Westside Bar",
      "PINs are tried on many people at Westside Bar",
      "Someone is guessing the PIN of Ana Kovač",
      "Someone is guessing the Universal PIN of Westside Bar",
      "The PIN of Ana Kovač must be changed",
    ]);
  });

  it("are there only if what they are about was committed", async () => {
    const { hub } = given;
    await readersAt(hub, "olga@example.com");
    const { notice } = await forgetPin(hub);
    await expect(
      hub.context.store.transaction(async (transaction) => {
        await transaction.deleteFrom("mails").execute();
        throw new RangeError("undone");
      }),
    ).rejects.toThrow("undone");
    expect(await readers()).toEqual(["olga@example.com"]);
    await tell(hub, notice);
    expect(await readers()).toEqual(["olga@example.com"]);
  });

  it("are no more than a limit that wait at once: what they are about stands on the page", async () => {
    const { hub } = given;
    await readersAt(hub, "olga@example.com");
    const first = await forgetPin(hub, "Ana");
    const { queries } = hub.context.store;
    const [row] = await queries.selectFrom("mails").selectAll().execute();
    if (row === undefined) throw new RangeError("no mail");
    const rows = Array.from({ length: MAX_WAITING_MAILS - 1 }, (_each, count) => ({
      ...row,
      id: makeId(mailId, hub.context.random),
      notice: `filling ${count}`,
    }));
    for (let from = 0; from < rows.length; from += 500) {
      await queries
        .insertInto("mails")
        .values(rows.slice(from, from + 500))
        .execute();
    }
    const second = await forgetPin(hub, "Eva", first.kiosk);
    expect(
      await queries.selectFrom("mails").select("id").where("request", "=", second.request).execute(),
    ).toEqual([]);
  });

  it("say who, which kiosk, when it was there, and where to do something about it; and no PIN", async () => {
    const { hub } = given;
    await readersAt(hub, "olga@example.com");
    const { person } = await forgetPin(hub);
    const [mail] = await mails();
    const { number } = await hub.context.store.queries
      .selectFrom("people")
      .select("number")
      .where("id", "=", person)
      .executeTakeFirstOrThrow();
    expect(mail).toMatchObject({
      kind: "forgot-pin",
      subject: "Ana Kovač forgot their PIN at Westside Bar",
      state: "waiting",
      tries: 0,
      lastError: null,
    });
    expect(mail?.text).toBe(
      `Ana Kovač (number ${number}) asked for a new PIN at Westside Bar on Tuesday, 24 November 2026 at 07:02 (Europe/Zagreb).\n\n` +
        "A new PIN closes the request and ends their waits. Tell them in person.\n\n" +
        "Open the requests: https://hub.example.com/#requests\n\n" +
        "-- \nPunchbox of My workspace tells this to its owners and admins.\n",
    );
  });

  it("take names as they are and let them do nothing: no line, no direction, no other header", async () => {
    const { hub } = given;
    const [by] = await readersAt(hub, "by@example.com", "olga@example.com");
    if (by === undefined) throw new RangeError("nobody");
    // Kept from before such names were refused.
    const name = "Ana\r\nBcc: eve@example.com\u2028\u202egnihton\u202c\u0007 <b>K</b>";
    await hub.context.store.queries.updateTable("people").set({ name }).where("id", "=", by).execute();
    const kiosk = await createTestKiosk(hub);
    await tell(hub, { kind: "pins-exported", audit: "a1", by, kiosk, atMs: 0 });
    const [mail] = await mails();
    expect(mail?.subject).toBe("Ana Bcc: eve@example.com gnihton <b>K</b> exported the PINs of Westside Bar");
  });

  it("are written also for an instant that no calendar has", async () => {
    const { hub } = given;
    await readersAt(hub, "olga@example.com");
    const kiosk = await createTestKiosk(hub);
    for (const [alarm, atMs] of [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.5].entries()) {
      await tell(hub, { kind: "spray", alarm: String(alarm), kiosk, atMs });
    }
    expect(await mails()).toHaveLength(3);
  });

  it("are in English where there are no texts in the reader's language yet", async () => {
    const { hub } = given;
    const [reader] = await readersAt(hub, "olga@example.com");
    if (reader !== undefined) await editPerson(hub.context, HUB_ACTOR, reader, { language: "hr" });
    await forgetPin(hub);
    expect((await mails())[0]?.subject).toContain("forgot their PIN");
  });

  it("are withdrawn when the request is closed, and when nobody who may know reads there any more", async () => {
    const { hub } = given;
    const [, leaver] = await readersAt(hub, "olga@example.com", "leaver@example.com");
    const forgotten = await forgetPin(hub);
    if (leaver !== undefined) await editPerson(hub.context, HUB_ACTOR, leaver, { role: "regular" });
    const states = async () => Object.fromEntries((await mails()).map((mail) => [mail.to, mail.state]));
    expect(await states()).toEqual({ "olga@example.com": "waiting", "leaver@example.com": "withdrawn" });
    await closeRequest(hub, forgotten);
    expect(await states()).toEqual({ "olga@example.com": "withdrawn", "leaver@example.com": "withdrawn" });
  });
});
