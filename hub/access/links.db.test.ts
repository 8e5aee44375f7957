import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { deactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { listPeople } from "../people/people.ts";
import { ADDRESS, accessOf, CLIENT, PASSWORD, signUp } from "../testing/access.ts";
import { addTestPerson } from "../testing/hub.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { anOwner, auditOf, refusal } from "../testing/people.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import {
  INVITATION_LIFE_MS,
  invite,
  listInvitations,
  makeOwnerLink,
  OWNER_LINK_LIFE_MS,
  revokeInvitation,
} from "./links.ts";
import { lookAtLink, redeemLink } from "./redeem.ts";
import { findSession } from "./sessions.ts";
import { signIn } from "./sign-in.ts";

describeOnDatabases("one-time links", (given) => {
  const access = () => accessOf(given.hub);
  const use = (token: string, more: Partial<Parameters<typeof redeemLink>[1]> = {}) =>
    redeemLink(access(), {
      token,
      name: "Olga Owner",
      email: "olga@example.com",
      password: PASSWORD,
      client: CLIENT,
      ...more,
    });
  const ownerLink = async () => {
    const token = await makeOwnerLink(given.hub.context, false);
    if (token === null) throw new RangeError("there is a link while nobody can sign in");
    return token;
  };

  it("the owner's makes the first owner, with a PIN, signed in; then there is no other", async () => {
    const token = await ownerLink();
    expect(await lookAtLink(access(), token)).toMatchObject({ makes: "owner", name: null, role: "owner" });
    const { token: session } = await use(token);
    expect(await findSession(given.hub.context, session)).toMatchObject({ actor: { role: "owner" } });
    const [owner, ...others] = await listPeople(given.hub.context.store.queries);
    expect(others).toEqual([]);
    expect(owner).toMatchObject({
      name: "Olga Owner",
      email: "olga@example.com",
      role: "owner",
      active: true,
    });
    if (owner !== undefined) {
      expect(await auditOf(given.hub, owner.person)).toEqual(["person.added", "access.owner-made"]);
    }
    expect(await makeOwnerLink(given.hub.context, false)).toBeNull();
    await signIn(access(), {
      email: "Olga@example.com",
      password: PASSWORD,
      address: ADDRESS,
      client: CLIENT,
    });
  });

  it("the owner's is for an owner who is there already", async () => {
    const { person } = await anOwner(given.hub);
    const token = await ownerLink();
    expect(await lookAtLink(access(), token)).toMatchObject({ makes: "sign-in", name: "Olga Owner" });
    await use(token, { name: null });
    expect((await listPeople(given.hub.context.store.queries)).map((each) => each.person)).toEqual([person]);
  });

  it("a later owner's link voids the one before, and a recovery gives a new password", async () => {
    const first = await ownerLink();
    const second = await ownerLink();
    await expect(use(first)).rejects.toEqual(refusal("link.void"));
    const { token: session } = await use(second);
    const recovery = await makeOwnerLink(given.hub.context, true);
    await use(recovery ?? "", { password: "another password 9" });
    expect(await findSession(given.hub.context, session)).toBeNull();
    const wish = { email: "olga@example.com", address: ADDRESS, client: CLIENT };
    await expect(signIn(access(), { ...wish, password: PASSWORD })).rejects.toEqual(refusal("sign-in.wrong"));
    await signIn(access(), { ...wish, password: "another password 9" });
  });

  it("is burned when it is used, and of two who use it at once one is refused", async () => {
    const token = await ownerLink();
    const both = await Promise.allSettled([use(token), use(token, { email: "other@example.com" })]);
    expect(both.map((each) => each.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await listPeople(given.hub.context.store.queries)).toHaveLength(1);
    await expect(use(token)).rejects.toEqual(refusal("link.void"));
    await expect(lookAtLink(access(), token)).rejects.toEqual(refusal("link.void"));
  });

  it("stays good when what is chosen is refused", async () => {
    const token = await ownerLink();
    await expect(use(token, { password: "password123" })).rejects.toEqual(refusal("password.common"));
    await expect(use(token, { name: " " })).rejects.toEqual(refusal("person.name"));
    await expect(use(token, { name: null })).rejects.toEqual(refusal("person.name"));
    // Refused late: all numbers are used.
    await addTestPerson(given.hub, { number: "9999" });
    await expect(use(token)).rejects.toEqual(refusal("person.numbers-spent"));
    const { queries } = given.hub.context.store;
    await queries.updateTable("people").set({ number: "1000" }).execute();
    await use(token);
  });

  it("is void when its time is over", async () => {
    const token = await ownerLink();
    given.hub.wallClock.set(TEST_WALL_MS + OWNER_LINK_LIFE_MS - 1);
    await lookAtLink(access(), token);
    given.hub.wallClock.set(TEST_WALL_MS + OWNER_LINK_LIFE_MS);
    await expect(use(token)).rejects.toEqual(refusal("link.void"));
  });

  it("is kept as a hash alone", async () => {
    const token = await ownerLink();
    const rows = await given.hub.context.store.queries.selectFrom("access_links").selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("an invitation is for its person, in the role they have when they use it", async () => {
    const owner = await anOwner(given.hub);
    const { person } = await addTestPerson(given.hub, {
      name: "Mia",
      role: "manager",
      email: "mia@example.com",
    });
    const { token } = await invite(given.hub.context, owner, person);
    expect(await lookAtLink(access(), token)).toMatchObject({
      name: "Mia",
      email: "mia@example.com",
      role: "manager",
    });
    expect(await listInvitations(given.hub.context)).toMatchObject([
      { person, name: "Mia", createdBy: owner.person },
    ]);
    await editPerson(given.hub.context, owner, person, { role: "admin" });
    const { token: session } = await use(token, { email: "mia@example.com" });
    expect(await findSession(given.hub.context, session)).toMatchObject({ actor: { person, role: "admin" } });
    expect(await listInvitations(given.hub.context)).toEqual([]);
  });

  it("nobody is invited who may not sign in, and no invitation outlives that", async () => {
    const owner = await anOwner(given.hub);
    const regular = await addTestPerson(given.hub, { role: "regular" });
    await expect(invite(given.hub.context, owner, regular.person)).rejects.toEqual(
      refusal("invitation.regular"),
    );
    const { person } = await addTestPerson(given.hub, { role: "manager" });
    const { token } = await invite(given.hub.context, owner, person);
    await deactivatePerson(given.hub.context, owner, person);
    await expect(invite(given.hub.context, owner, person)).rejects.toEqual(refusal("person.inactive"));
    await expect(use(token)).rejects.toEqual(refusal("link.void"));
  });

  it("is void once revoked, replaced or a week old", async () => {
    const owner = await anOwner(given.hub);
    const { person } = await addTestPerson(given.hub, { role: "admin" });
    const first = await invite(given.hub.context, owner, person);
    const second = await invite(given.hub.context, owner, person);
    await expect(use(first.token)).rejects.toEqual(refusal("link.void"));
    await revokeInvitation(given.hub.context, owner, second.invitation);
    await expect(use(second.token)).rejects.toEqual(refusal("link.void"));
    await expect(revokeInvitation(given.hub.context, owner, second.invitation)).rejects.toEqual(
      refusal("invitation.unknown"),
    );
    const third = await invite(given.hub.context, owner, person);
    given.hub.wallClock.set(TEST_WALL_MS + INVITATION_LIFE_MS);
    await expect(use(third.token)).rejects.toEqual(refusal("link.void"));
    expect(await auditOf(given.hub, person)).toEqual([
      "person.added",
      "access.invited",
      "access.invited",
      "access.invitation-revoked",
      "access.invited",
    ]);
  });

  it("managers invite nobody, and admins no owner: a new password would make them one", async () => {
    const owner = await anOwner(given.hub);
    const admin = await addTestPerson(given.hub, { role: "admin" });
    const manager = await addTestPerson(given.hub, { role: "manager" });
    await expect(
      invite(given.hub.context, { person: manager.person, role: "manager" }, admin.person),
    ).rejects.toEqual(refusal("access.admins-only"));
    await expect(
      invite(given.hub.context, { person: admin.person, role: "admin" }, owner.person ?? admin.person),
    ).rejects.toEqual(refusal("access.owners-only"));
    await invite(given.hub.context, { person: admin.person, role: "admin" }, manager.person);
  });

  it("two people do not sign in with one e-mail", async () => {
    await signUp(given.hub, "admin", "both@example.com");
    const { person } = await addTestPerson(given.hub, { role: "manager" });
    const { token } = await invite(given.hub.context, HUB_ACTOR, person);
    await expect(use(token, { email: "Both@Example.com" })).rejects.toEqual(refusal("sign-in.email-taken"));
    await use(token, { email: "own@example.com" });
  });
});
