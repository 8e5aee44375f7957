import { expect, it } from "vitest";
import { HUB_ACTOR } from "../access.ts";
import { deactivatePerson } from "../people/activity.ts";
import { editPerson } from "../people/edit.ts";
import { ADDRESS, accessOf, callerOf, CLIENT, PASSWORD, signUp } from "../testing/access.ts";
import { describeOnDatabases } from "../testing/on-databases.ts";
import { auditOf, refusal } from "../testing/people.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { Passwords } from "./passwords.ts";
import { findSession, listSessions } from "./sessions.ts";
import { changePassword, confirmPassword, signIn, type SignInWish } from "./sign-in.ts";
import { MAX_TRIES_PER_ACCOUNT, MAX_TRIES_PER_ADDRESS, TRY_WINDOW_MS } from "./throttle.ts";

describeOnDatabases("signing in", (given) => {
  const signInWith = (wish: Partial<SignInWish>) =>
    signIn(accessOf(given.hub), {
      email: "admin@example.com",
      password: PASSWORD,
      address: ADDRESS,
      client: CLIENT,
      ...wish,
    });
  const wrong = refusal("sign-in.wrong");
  const tooMany = refusal("sign-in.too-many-tries");

  it("opens a session for e-mail and password, whatever the case of the e-mail", async () => {
    const { person } = await signUp(given.hub, "admin");
    const { token } = await signInWith({ email: " ADMIN@example.com" });
    expect(await findSession(given.hub.context, token)).toMatchObject({ actor: { person, role: "admin" } });
    expect(await auditOf(given.hub, person)).toContain("access.signed-in");
  });

  it("answers the same, after the same work, for another password, an unknown e-mail, someone regular or not active", async () => {
    await signUp(given.hub, "admin");
    const regular = await signUp(given.hub, "manager", "regular@example.com");
    await editPerson(given.hub.context, HUB_ACTOR, regular.person, { role: "regular" });
    const gone = await signUp(given.hub, "manager", "gone@example.com");
    await deactivatePerson(given.hub.context, HUB_ACTOR, gone.person);

    let hashes = 0;
    const counting = {
      ...accessOf(given.hub),
      passwords: new Passwords({
        ...given.hub.context,
        kdf: { derive: (pin, salt) => ((hashes += 1), given.hub.context.kdf.derive(pin, salt)) },
      }),
    };
    const answers = [];
    for (const [email, password] of [
      ["admin@example.com", "not the password"],
      ["nobody@example.com", PASSWORD],
      ["", ""],
      ["regular@example.com", PASSWORD],
      ["gone@example.com", PASSWORD],
    ] as const) {
      const error: unknown = await signIn(counting, {
        email,
        password,
        address: ADDRESS,
        client: CLIENT,
      }).catch((reason: unknown) => reason);
      answers.push(String(error));
      expect(error).toEqual(wrong);
    }
    expect(new Set(answers).size).toBe(1);
    expect(hashes).toBe(answers.length);
  });

  it(`stops after ${MAX_TRIES_PER_ACCOUNT} wrong passwords for one account, known or not, from wherever they come`, async () => {
    await signUp(given.hub, "admin");
    for (const email of ["admin@example.com", "nobody@example.com"]) {
      for (let count = 0; count < MAX_TRIES_PER_ACCOUNT; count += 1) {
        const address = `198.51.100.${count}`;
        await expect(signInWith({ email, password: "not it at all", address })).rejects.toEqual(wrong);
      }
      // The right one is not looked at either.
      await expect(signInWith({ email })).rejects.toEqual(tooMany);
    }
    given.hub.wallClock.set(TEST_WALL_MS + TRY_WINDOW_MS - 1);
    await expect(signInWith({})).rejects.toMatchObject({ retryAfterMs: 1 });
    given.hub.wallClock.set(TEST_WALL_MS + TRY_WINDOW_MS);
    await signInWith({});
  });

  it(`stops after ${MAX_TRIES_PER_ADDRESS} wrong passwords from one address, whoever they are for`, async () => {
    await signUp(given.hub, "admin");
    for (let count = 0; count < MAX_TRIES_PER_ADDRESS; count += 1) {
      const email = `person${count}@example.com`;
      // One house has a whole /64.
      const address = `2001:db8:1:2::${count}`;
      await expect(signInWith({ email, address })).rejects.toEqual(wrong);
    }
    await expect(signInWith({ address: "2001:db8:1:2:ffff::1" })).rejects.toEqual(tooMany);
    await signInWith({ address: "2001:db8:1:3::1" });
  });

  it("counts tries at the same moment, too", async () => {
    await signUp(given.hub, "admin");
    const tries = Array.from({ length: 2 * MAX_TRIES_PER_ACCOUNT }, (_each, count) =>
      signInWith({ password: `guess number ${count}` }),
    );
    const codes = (await Promise.allSettled(tries)).map((each) =>
      each.status === "rejected" ? (each.reason as { code: string }).code : "in",
    );
    expect(codes.filter((code) => code === "sign-in.wrong")).toHaveLength(MAX_TRIES_PER_ACCOUNT);
    expect(codes.filter((code) => code === "sign-in.too-many-tries")).toHaveLength(MAX_TRIES_PER_ACCOUNT);
  });

  it("forgets wrong tries after a right one from the same address", async () => {
    await signUp(given.hub, "admin");
    for (let round = 0; round < 3; round += 1) {
      for (let count = 1; count < MAX_TRIES_PER_ACCOUNT; count += 1) {
        await expect(signInWith({ password: "not it at all" })).rejects.toEqual(wrong);
      }
      await signInWith({});
    }
  });

  it("keeps no password, and no e-mail of those who tried", async () => {
    await signUp(given.hub, "admin");
    await expect(signInWith({ email: "nobody@example.com", password: "typed by mistake" })).rejects.toEqual(
      wrong,
    );
    const { queries } = given.hub.context.store;
    const kept = JSON.stringify([
      await queries.selectFrom("sign_ins").selectAll().execute(),
      await queries.selectFrom("sign_in_tries").selectAll().execute(),
      await queries.selectFrom("sessions").selectAll().execute(),
      await queries.selectFrom("audit").selectAll().execute(),
      given.hub.log,
    ]);
    for (const secret of [PASSWORD, "typed by mistake", "nobody@example.com"])
      expect(kept).not.toContain(secret);
  });

  it("a changed password ends all sessions, but opens one where it was changed", async () => {
    const admin = await signUp(given.hub, "admin");
    const elsewhere = await signInWith({});
    const caller = await callerOf(given.hub, admin);
    const change = { current: PASSWORD, next: "another password 9", address: ADDRESS, client: CLIENT };
    const { token } = await changePassword(accessOf(given.hub), caller, change);
    expect(await findSession(given.hub.context, admin.token)).toBeNull();
    expect(await findSession(given.hub.context, elsewhere.token)).toBeNull();
    expect(await findSession(given.hub.context, token)).not.toBeNull();
    expect(await listSessions(given.hub.context, admin.person)).toHaveLength(1);
    await expect(signInWith({})).rejects.toEqual(wrong);
    await signInWith({ password: "another password 9" });
    expect(await auditOf(given.hub, admin.person)).toContain("access.password-changed");
  });

  it("a password is changed only by who knows it, to one that is good", async () => {
    const admin = await signUp(given.hub, "admin");
    const caller = await callerOf(given.hub, admin);
    const change = (current: string, next: string) =>
      changePassword(accessOf(given.hub), caller, { current, next, address: ADDRESS, client: CLIENT });
    await expect(change(PASSWORD, "short")).rejects.toEqual(refusal("password.short"));
    for (let count = 0; count < MAX_TRIES_PER_ACCOUNT; count += 1) {
      await expect(change("not it at all", "another password 9")).rejects.toEqual(refusal("password.wrong"));
    }
    await expect(change(PASSWORD, "another password 9")).rejects.toEqual(tooMany);
    await expect(confirmPassword(accessOf(given.hub), caller, PASSWORD, ADDRESS)).rejects.toEqual(tooMany);
    expect(await findSession(given.hub.context, admin.token)).not.toBeNull();
  });

  it("two who change one password at once do not both", async () => {
    const admin = await signUp(given.hub, "admin");
    const caller = await callerOf(given.hub, admin);
    const change = (next: string) =>
      changePassword(accessOf(given.hub), caller, {
        current: PASSWORD,
        next,
        address: ADDRESS,
        client: CLIENT,
      });
    const both = await Promise.allSettled([change("another password 9"), change("third password 11")]);
    expect(both.map((each) => each.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});
