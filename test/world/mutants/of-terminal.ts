import type { Mutant } from "./mutant.ts";

/** Bugs of the terminal's decisions, and of the drivers of its parts. */
export const TERMINAL_MUTANTS: readonly Mutant[] = [
  {
    name: "shown-before-recorded",
    file: "device/terminal.ts",
    find: `      const recorded = await this.#parts.ledger.record(draft, stamp, wrongPin);
      this.dispatch({ type: "recorded", id, ...recorded, wallMs });`,
    replace: `      const { head } = await this.#parts.ledger.status();
      this.dispatch({ type: "recorded", id, seq: head.seq + 1, wallMs, receipt: "", presence: null } as never);
      await this.#parts.ledger.record(draft, stamp, wrongPin);`,
    why: "the screen says what a card that fails never held",
  },
  {
    name: "refusal-not-recorded",
    file: "device/core/answers.ts",
    find: `return record(box, place, draft, { for: "refusal", person, triesLeft, waitMs }, [], now, mark);`,
    replace: `return waitMs > 0 || mark === "" ? wait(state, person, now.monotonicMs + waitMs, now) : wrong(state, person, triesLeft, now);`,
    why: "wrong PINs cost nothing",
  },
  {
    name: "every-wrong-pin-is-known",
    file: "device/pin/check-pin.ts",
    find: "isRepeated: auth === null && isKnown }",
    replace: "isRepeated: auth === null }",
    why: "every wrong PIN is free, as the same one again is",
  },
  {
    name: "universal-pin-for-admins",
    file: "device/pin/check-pin.ts",
    find: "const universal = isAdmin(role) ? null : record.kiosk.universalPin;",
    replace: 'const universal = isAdmin(role) && role !== "admin" ? null : record.kiosk.universalPin;',
    why: "whoever has the Universal PIN punches for an admin",
  },
  {
    name: "any-universal-pin-counts-as-personal",
    file: "device/pin/check-pin.ts",
    find: `const auth = isPersonal ? "personal" : isUniversal ? "universal" : null;`,
    replace: `const auth = isPersonal || isUniversal ? "personal" : null;`,
    why: "a punch by Universal PIN looks like the person's own, and ends their waits",
  },
  {
    name: "waits-by-the-wall-clock",
    file: "device/terminal.ts",
    find: `    return {
      monotonicMs,
      wallMs,`,
    replace: `    const begun = this.#parts as { wallAtZeroMs?: number };
    begun.wallAtZeroMs ??= wallMs - monotonicMs;
    return {
      monotonicMs: wallMs - begun.wallAtZeroMs,
      wallMs,`,
    why: "a clock that is set shortens a wait, or makes it endless",
  },
  {
    name: "waits-checked-before-only",
    file: "device/pin/judge-pin.ts",
    find: "if (tries.waitUntilMs !== null && tries.waitUntilMs > nowMs) return",
    replace: "if (tries.waitUntilMs !== null && tries.waitUntilMs > nowMs && round > 0) return",
    why: "during a wait a PIN is checked all the same",
  },
  {
    name: "a-wait-one-refusal-late",
    file: "device/core/answers.ts",
    find: "const waitMs = Math.max(waitAfter(count, settings.waits),",
    replace: "const waitMs = Math.max(waitAfter(tries.count, settings.waits),",
    why: "one guess more before every wait",
  },
  {
    name: "undo-of-the-event-before",
    file: "device/core/after.ts",
    find: "const payload = { target: made.seq, auth: session.auth };",
    replace: "const payload = { target: made.seq - 1, auth: session.auth } as never;",
    why: "whoever undoes a punch undoes another, maybe somebody else's",
  },
  {
    name: "double-punch-not-asked",
    file: "device/core/punching.ts",
    find: "return agoMs < DOUBLE_PUNCH_MS;",
    replace: "return agoMs < 0;",
    why: "who types twice in doubt comes in and goes out",
  },
  {
    name: "out-for-in",
    file: "device/core/answers.ts",
    find: "const after: Presence = presence ?? applyPunch(session.presence, action, wallMs);",
    replace: "const after: Presence = session.presence;",
    why: "after a punch the screen still has the person where they were",
  },
  {
    name: "typed-ahead-for-somebody-else",
    file: "device/core/prompt.ts",
    find: 'return to({ screen: "pin", box, place, person, typed: "", opening: null, expiresAtMs });',
    replace: 'return to({ screen: "pin", box, place, person, typed: "0", opening: null, expiresAtMs });',
    why: "after a wait the prompt holds a digit that nobody typed",
  },
  {
    name: "no-debounce",
    file: "hal/keypad/matrix-scanner.ts",
    find: "const quiet = nowMs - crossing.openSinceMs >= RELEASE_QUIET_MS;",
    replace: "const quiet = nowMs - crossing.openSinceMs >= 0;",
    why: "one press is two",
  },
  {
    name: "resync-without-initialising",
    file: "hal/lcd/hd44780.ts",
    find: `    if (woken) return this.#turn();
    this.#leaveRest();
    await this.#initialise();`,
    replace: `    if (woken) return this.#turn();
    this.#leaveRest();
    this.#image.forget();
    this.#initialisedMs = this.#scheduler.nowMs();`,
    why: "a display that lost a nibble stays garbled",
  },
  {
    name: "difference-to-what-was-wanted",
    file: "hal/lcd/hd44780.ts",
    find: `    const wait = (delayMs: number): Promise<void> => this.#wait(delayMs);
    this.#image.forget();`,
    replace: `    const wait = (delayMs: number): Promise<void> => this.#wait(delayMs);`,
    why: "after a resync only what changes is sent: what the glass lost stays lost",
  },
];
