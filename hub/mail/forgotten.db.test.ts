import { expect, it } from "vitest";
import type { PersonId } from "../../protocol/ids.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { HUB_ACTOR } from "../access.ts";
import { exportAssignees } from "../kiosks/export.ts";
import { savePersonPin } from "../pins/person-pin.ts";
import { ingestEvents, type Ingested } from "../punches/ingest.ts";
import { createClaimToken, redeemClaim } from "../terminals/claims.ts";
import type { TestHub } from "../testing/hub.ts";
import { readersAt } from "../testing/mail/notices.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { aKiosk, anAssignee, anOwner } from "../testing/people.ts";
import { TestTerminal } from "../testing/terminal.ts";
import { listMails } from "./list.ts";

/** From what happens at a terminal, or on the page, to the mail: each notice from where it really comes. */
describeOnDatabases("mail about", (given) => {
  /** A terminal of a kiosk, and who was assigned there; `hand` gives the hub all that it recorded, again and again. */
  const walkUp = async () => {
    const { kiosk } = await aKiosk(given.hub, { name: "Westside Bar" });
    const ana = await anAssignee(given.hub, kiosk, { name: "Ana Kovač", number: "1042" });
    const terminal = new TestTerminal(new SeededRandom(77));
    const { token } = await createClaimToken(given.hub.context, kiosk);
    const { keys } = terminal;
    const claimed = await redeemClaim(given.hub.context, {
      token,
      publicKey: keys.publicKey,
      software: "test",
    });
    if (claimed === null) throw new RangeError("not paired");
    terminal.id = claimed.terminal;
    const source = { terminal: terminal.id, store: terminal.store, publicKey: keys.publicKey, kiosk };
    const hand = (hub: TestHub = given.hub): Promise<Ingested> =>
      ingestEvents(hub.context, source, terminal.batch(1));
    const forget = (person: PersonId = ana.person) =>
      terminal.record({ kind: "pin.forgotten", person, payload: {} });
    return { kiosk, ana, forget, hand };
  };
  const mails = () =>
    listMails(given.hub.context.store.queries, { hasServer: true, hubUrl: () => "http://hub/" }, null, 100);

  it("a forgotten PIN is one for each admin, however often the event comes and the key is pressed (PIN rule 7)", async () => {
    const { forget, hand } = await walkUp();
    await readersAt(given.hub, "olga@example.com", "oto@example.com");
    forget();
    for (let time = 0; time < 3; time += 1) expect(await hand()).toMatchObject({ ok: true });
    await Promise.all([hand(), hand(), hand()]);
    if (given.isShared) await hand(await given.openAnother());
    forget();
    await hand();
    const found = await mails();
    expect(found.map((mail) => mail.to).toSorted()).toEqual(["olga@example.com", "oto@example.com"]);
    for (const mail of found) {
      expect(mail).toMatchObject({
        kind: "forgot-pin",
        state: "waiting",
        subject: "Ana Kovač forgot their PIN at Westside Bar",
      });
      expect(mail.text).toContain("Ana Kovač (number 1042) asked for a new PIN at Westside Bar on ");
    }
  });

  it("a forgotten PIN is withdrawn by a new PIN, and the next time is a new one (PIN rule 7)", async () => {
    const { ana, forget, hand } = await walkUp();
    await readersAt(given.hub, "olga@example.com");
    forget();
    await hand();
    await savePersonPin(given.hub.context, HUB_ACTOR, ana.person, "7306");
    expect((await mails()).map((mail) => mail.state)).toEqual(["withdrawn"]);
    forget();
    await hand();
    expect((await mails()).map((mail) => mail.state).toSorted()).toEqual(["waiting", "withdrawn"]);
    expect(JSON.stringify(await mails())).not.toMatch(/7306/);
  });

  it("an export goes to the other admins, and has no PIN in it", async () => {
    const { kiosk, ana } = await walkUp();
    const owner = await anOwner(given.hub);
    await readersAt(given.hub, "olga@example.com");
    await exportAssignees(given.hub.context, owner, kiosk);
    const found = await mails();
    expect(found).toMatchObject([
      {
        kind: "pins-exported",
        to: "olga@example.com",
        subject: "Olga Owner exported the PINs of Westside Bar",
      },
    ]);
    expect(found[0]?.text).not.toContain(ana.pin);
  });
});
