import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { deactivatePerson, reactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { ADDRESS, accessOf, callerOf, CLIENT, PASSWORD, signUp } from "../testing/access.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { refusal } from "../testing/people.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import {
  endSession,
  endSessionsOf,
  findSession,
  listSessions,
  MAX_SESSIONS_PER_PERSON,
  SESSION_IDLE_MS,
  SESSION_LIFE_MS,
} from "./sessions.ts";
import { signIn } from "./sign-in.ts";
import { createToken, findToken, listTokens, MAX_TOKENS, revokeToken } from "./tokens.ts";

const HOUR_MS = 60 * 60 * 1000;

describeOnDatabases("a session", (given) => {
  const find = (session: { readonly token: string }) => findSession(given.hub.context, session.token);
  const again = (email: string, client = CLIENT) =>
    signIn(accessOf(given.hub), { email, password: PASSWORD, address: ADDRESS, client });

  it("is found by its token alone, of which a hash is kept", async () => {
    const admin = await signUp(given.hub, "admin");
    expect(await find(admin)).toMatchObject({ actor: { person: admin.person, role: "admin" } });
    const { queries } = given.hub.context.store;
    const [row] = await queries.selectFrom("sessions").selectAll().execute();
    expect(JSON.stringify(row)).not.toContain(admin.token);
    for (const token of [row?.id ?? "", row?.token_hash ?? "", "", `${admin.token}0`]) {
      expect(await find({ token })).toBeNull();
    }
  });

  it("slides while it is used, and ends when it is not", async () => {
    const admin = await signUp(given.hub, "admin");
    let nowMs = TEST_WALL_MS;
    for (let turn = 0; turn < 5; turn += 1) {
      given.hub.wallClock.set((nowMs += SESSION_IDLE_MS - HOUR_MS));
      expect(await find(admin)).not.toBeNull();
    }
    given.hub.wallClock.set(nowMs + SESSION_IDLE_MS);
    expect(await find(admin)).toBeNull();
  });

  it("ends in any case after its life, however much it is used", async () => {
    const admin = await signUp(given.hub, "admin");
    for (let nowMs = TEST_WALL_MS; nowMs < TEST_WALL_MS + SESSION_LIFE_MS; nowMs += SESSION_IDLE_MS / 2) {
      given.hub.wallClock.set(nowMs);
      expect(await find(admin)).not.toBeNull();
    }
    given.hub.wallClock.set(TEST_WALL_MS + SESSION_LIFE_MS);
    expect(await find(admin)).toBeNull();
  });

  it("has the role that its person has now, and is over for good when they may not sign in", async () => {
    const admin = await signUp(given.hub, "admin");
    await editPerson(given.hub.context, HUB_ACTOR, admin.person, { role: "manager" });
    expect(await find(admin)).toMatchObject({ actor: { role: "manager" } });
    await editPerson(given.hub.context, HUB_ACTOR, admin.person, { role: "regular" });
    expect(await find(admin)).toBeNull();
    await editPerson(given.hub.context, HUB_ACTOR, admin.person, { role: "admin" });
    expect(await find(admin)).toBeNull();
  });

  it("is over when its person is deactivated, also after they come back", async () => {
    const manager = await signUp(given.hub, "manager");
    await deactivatePerson(given.hub.context, HUB_ACTOR, manager.person);
    expect(await find(manager)).toBeNull();
    await reactivatePerson(given.hub.context, HUB_ACTOR, manager.person);
    expect(await find(manager)).toBeNull();
  });

  it("is listed with its browser, and ended by its own person alone", async () => {
    const admin = await signUp(given.hub, "admin");
    const phone = await again(admin.email, "a phone");
    const listed = await listSessions(given.hub.context, admin.person);
    expect(listed.map((each) => each.client).toSorted()).toEqual(["a phone", CLIENT]);
    const manager = await signUp(given.hub, "manager");
    await expect(
      endSession(given.hub.context, await callerOf(given.hub, manager), phone.session),
    ).rejects.toEqual(refusal("session.unknown"));
    await endSession(given.hub.context, await callerOf(given.hub, admin), phone.session);
    expect(await find(phone)).toBeNull();
    expect(await find(admin)).not.toBeNull();
  });

  it("of someone else is ended by admins, an owner's by owners", async () => {
    const owner = await signUp(given.hub, "owner");
    const admin = await signUp(given.hub, "admin");
    const manager = await signUp(given.hub, "manager");
    const { context } = given.hub;
    const [byOwner, byAdmin, byManager] = [
      (await callerOf(given.hub, owner)).actor,
      (await callerOf(given.hub, admin)).actor,
      (await callerOf(given.hub, manager)).actor,
    ];
    await expect(endSessionsOf(context, byManager, admin.person)).rejects.toEqual(
      refusal("access.admins-only"),
    );
    await expect(endSessionsOf(context, byAdmin, owner.person)).rejects.toEqual(
      refusal("access.owners-only"),
    );
    expect(await endSessionsOf(context, byAdmin, manager.person)).toBe(1);
    expect(await endSessionsOf(context, byOwner, admin.person)).toBe(1);
    expect(await endSessionsOf(context, byOwner, owner.person)).toBe(1);
    for (const each of [owner, admin, manager]) expect(await find(each)).toBeNull();
  });

  it("more than a person may have ends the one that was used least lately", async () => {
    const admin = await signUp(given.hub, "admin");
    for (let count = 0; count < MAX_SESSIONS_PER_PERSON; count += 1) {
      given.hub.wallClock.set(TEST_WALL_MS + (count + 1) * 1_000);
      await again(admin.email);
    }
    expect(await listSessions(given.hub.context, admin.person)).toHaveLength(MAX_SESSIONS_PER_PERSON);
    expect(await find(admin)).toBeNull();
  });
});

describeOnDatabases("an API token", (given) => {
  const admin = async () => (await callerOf(given.hub, await signUp(given.hub, "admin"))).actor;
  const wish = { name: "Payroll", scopes: ["pins", "read", "read"], expiresMs: null } as const;

  it("acts for its maker within its scopes, and is kept as a hash alone", async () => {
    const maker = await admin();
    const { id, token } = await createToken(given.hub.context, maker, wish);
    expect(token).toMatch(/^punchbox_[0-9a-z]{26}$/);
    expect(await findToken(given.hub.context, token)).toEqual({
      actor: maker,
      via: { kind: "token", token: id, scopes: ["read", "pins"] },
    });
    const rows = await given.hub.context.store.queries.selectFrom("api_tokens").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice("punchbox_".length));
  });

  it("says when it was last used, within a minute", async () => {
    const { token } = await createToken(given.hub.context, await admin(), wish);
    const used = async () => (await listTokens(given.hub.context))[0]?.usedMs;
    expect(await used()).toBeNull();
    await findToken(given.hub.context, token);
    given.hub.wallClock.set(TEST_WALL_MS + 59_999);
    await findToken(given.hub.context, token);
    expect(await used()).toBe(TEST_WALL_MS);
    given.hub.wallClock.set(TEST_WALL_MS + 60_000);
    await findToken(given.hub.context, token);
    expect(await used()).toBe(TEST_WALL_MS + 60_000);
  });

  it("ends when it is revoked, when its time is over, and when its maker is no admin any more", async () => {
    const maker = await admin();
    const { context } = given.hub;
    const revoked = await createToken(context, maker, wish);
    await revokeToken(context, maker, revoked.id);
    expect(await findToken(context, revoked.token)).toBeNull();
    await expect(revokeToken(context, maker, revoked.id)).rejects.toEqual(refusal("token.unknown"));

    const short = await createToken(context, maker, { ...wish, expiresMs: TEST_WALL_MS + HOUR_MS });
    expect(await findToken(context, short.token)).not.toBeNull();
    given.hub.wallClock.set(TEST_WALL_MS + HOUR_MS);
    expect(await findToken(context, short.token)).toBeNull();
    await expect(createToken(context, maker, { ...wish, expiresMs: TEST_WALL_MS })).rejects.toEqual(
      refusal("token.expired"),
    );

    const makers = await createToken(context, maker, wish);
    await editPerson(context, HUB_ACTOR, maker.person, { role: "manager" });
    expect(await findToken(context, makers.token)).toBeNull();
  });

  it("is made by admins alone, up to a limit", async () => {
    const manager = (await callerOf(given.hub, await signUp(given.hub, "manager"))).actor;
    await expect(createToken(given.hub.context, manager, wish)).rejects.toEqual(
      refusal("access.admins-only"),
    );
    const maker = await admin();
    for (let count = 0; count < MAX_TOKENS; count += 1) await createToken(given.hub.context, maker, wish);
    await expect(createToken(given.hub.context, maker, wish)).rejects.toEqual(refusal("token.too-many"));
  });
});
