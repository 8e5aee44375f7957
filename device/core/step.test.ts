import { describe, expect, it } from "vitest";
import { always } from "../../test/docs/happenings.ts";
import { keysOf, later } from "../../test/docs/walk.ts";
import type { KeyName } from "../../hal/ports.ts";
import type { State } from "./state.ts";
import { coreFor } from "./step.ts";
import type { Effect } from "./types.ts";

/** Screens that claim something, and so may only come with an answer. */
const CLAIMS: ReadonlySet<State["screen"]> = new Set(["result", "undone", "forgotSent", "wrong"]);
/** Screens of somebody who has been let in. */
const ADMITTED: ReadonlySet<State["screen"]> = new Set(["act", "guard", "recording", "result", "undone"]);

function otherDigit(digit: string): KeyName {
  const [key] = keysOf(String(9 - Number(digit)));
  return key ?? "0";
}

describe("whatever happens, in whatever order", () => {
  it("every screen fits its display and says something", () => {
    always(({ state, now }, display) => {
      const { rows } = coreFor(display).render(state, now, display);
      expect(rows).toHaveLength(display.rows);
      for (const row of rows)
        expect(row.length, `${state.screen}: ${row}`).toBeLessThanOrEqual(display.columns);
      expect(rows.join("")).not.toBe("");
    });
  });

  it("a step is a function of its arguments and changes none of them", () => {
    always(({ before, input, now, state, effects }, display) => {
      const saved = structuredClone(before);
      const again = coreFor(display).step(before, input, now);
      expect(again).toEqual({ state, effects });
      expect(before).toEqual(saved);
    });
  });

  it("a PIN's digit looks and sounds like any other digit", () => {
    always(({ before, input, now, state, effects }, display) => {
      if (input.type !== "key" || !/^\d$/.test(input.key)) return;
      if (before.screen !== "pin" && before.screen !== "wrong") return;
      const core = coreFor(display);
      const other = core.step(before, { type: "key", key: otherDigit(input.key) }, now);
      // Past its own time the prompt is gone, and the digit begins somebody's number.
      if (state.screen === "find" || state.screen === "idle") return;
      expect(core.render(other.state, now, display)).toEqual(core.render(state, now, display));
      const unread = (all: readonly Effect[]): unknown =>
        all.map((effect) => (effect.type === "verifyPin" ? { ...effect, pin: effect.pin.length } : effect));
      expect(unread(other.effects)).toEqual(unread(effects));
    });
  });

  it("the prompt shows no digit of what was typed, and no state keeps a PIN that was sent to be checked", () => {
    always(({ state, now, effects }, display) => {
      if (state.screen === "pin" || state.screen === "checking") {
        expect(coreFor(display).render(state, now, display).rows.join()).not.toMatch(/\d/);
      }
      if (effects.some((effect) => effect.type === "verifyPin")) expect(state).not.toHaveProperty("typed");
    });
  });

  it("PIN rule 4: a punch comes after an accepted check of the same person, in the same session", () => {
    let admitted: { readonly person: string; readonly auth: string } | null = null;
    always(({ before, input, state, effects }) => {
      if (input.type === "roster" && before.screen === "starting") admitted = null;
      if (input.type === "verified" && before.screen === "checking" && before.pending.id === input.id) {
        const { outcome } = input;
        admitted =
          outcome.result === "accepted" ? { person: before.person.person, auth: outcome.auth } : null;
      }
      for (const effect of effects) {
        if (effect.type !== "record" || effect.draft.kind !== "punch") continue;
        const { auth } = effect.draft.payload;
        if (auth === "none") expect("place" in before && before.place.kiosk.requiresPin).toBe(false);
        else expect(admitted).toEqual({ person: effect.draft.person, auth });
      }
      if (!ADMITTED.has(state.screen) && state.screen !== "receipt" && state.screen !== "trouble")
        admitted = null;
    });
  });

  it("nothing is claimed before it is durable", () => {
    always(({ before, input, state }) => {
      if (!CLAIMS.has(state.screen) || state.screen === before.screen) return;
      // The same wrong PIN again is no event: what it claims was durable before.
      const isRepeated = input.type === "verified" && input.outcome.result === "repeated";
      expect(input.type).toBe(state.screen === "wrong" && isRepeated ? "verified" : "recorded");
    });
  });

  it("a choice or a punch is offered to nobody but by an answer of the shell", () => {
    always(({ before, input, state }) => {
      if (state.screen !== "act" && state.screen !== "guard") return;
      if (before.screen === state.screen || before.screen === "act" || before.screen === "confirm") return;
      expect(["verified", "recorded", "opened"]).toContain(input.type);
    });
  });

  it("every effect that wants an answer has an id of its own", () => {
    let used = new Set<number>();
    always(({ before, input, effects }) => {
      if (input.type === "roster" && before.screen === "starting") used = new Set();
      for (const effect of effects) {
        if (!("id" in effect)) continue;
        expect(used.has(effect.id)).toBe(false);
        used.add(effect.id);
      }
    });
  });

  it("time alone leads back to idle, and each wake gets further", () => {
    const MAX_WAKES = 60 * 30;
    always(
      () => undefined,
      (end, display) => {
        const core = coreFor(display);
        let { state, now } = end;
        for (let wakes = 0; wakes < MAX_WAKES && !core.isIdle(state); wakes++) {
          const dueMs = core.nextWakeMs(state, now);
          if (dueMs === null) break;
          now = later(now, Math.max(0, dueMs - now.monotonicMs));
          const shown = core.render(state, now, display);
          const step = core.step(state, { type: "wake" }, now);
          const isFurther = step.state !== state || (core.nextWakeMs(state, now) ?? 0) > now.monotonicMs;
          expect(isFurther, `${state.screen} ${shown.rows.join("|")}`).toBe(true);
          state = step.state;
        }
        expect(core.isIdle(state), state.screen).toBe(true);
      },
    );
  });

  it("every key and card is heard exactly as often as it comes, or something more important is", () => {
    always(({ input, effects }) => {
      const sounds = effects.filter((effect) => effect.type === "sound");
      if (input.type === "key" || input.type === "card") expect(sounds.length).toBeGreaterThan(0);
      else expect(sounds.some((effect) => effect.sound === "key")).toBe(false);
    });
  });
});

describe("a card", () => {
  it("records nothing, punches nothing and completes nothing, whatever happens", () => {
    always(({ before, input, state, effects }) => {
      if (input.type !== "card") return;
      expect(effects.filter(({ type }) => type === "record" || type === "verifyPin")).toEqual([]);
      expect(ADMITTED.has(state.screen) && state.screen !== before.screen).toBe(false);
    });
  });

  it("is nowhere in the state that it leads to", () => {
    always(({ input, state }) => {
      if (input.type !== "card") return;
      const shown = { ...state, ...("place" in state ? { place: null } : {}) };
      expect(JSON.stringify(shown)).not.toContain(input.card);
    });
  });
});

describe("chance reaches", () => {
  it("every screen after the first roster, so that what holds above holds everywhere", () => {
    const reached = new Set<State["screen"]>();
    const fixedSeed = 1;
    always(({ state }) => reached.add(state.screen), undefined, fixedSeed);
    const screens: readonly State["screen"][] = [
      "unpaired",
      "idle",
      "help",
      "find",
      "list",
      "pin",
      "wrong",
      "checking",
      "wait",
      "confirm",
      "act",
      "guard",
      "recording",
      "result",
      "receipt",
      "undone",
      "forgotConfirm",
      "forgotSent",
      "nothingRecorded",
      "unknownCard",
      "gone",
      "trouble",
      "identify",
    ];
    expect([...reached].sort()).toEqual([...screens].sort());
  });
});
