import type { State } from "../../../device/core/state.ts";
import type { Core, Now } from "../../../device/core/types.ts";
import type { EventDraft } from "../../../protocol/events.ts";
import type { Report } from "../reports.ts";

/** The oldest recordings whose answer may still come; more are not under way at once. */
const MAX_DRAFTS = 64;

/**
 * A core that says what it shows: `seen` with each state that is drawn, and before it with what the screen says for the first
 * time: that something happened, that it could not be recorded, how the link is.
 */
export function watched(core: Core<State>, seen: (state: State, news: Report | null) => void): Core<State> {
  const drafts = new Map<number, EventDraft>();
  let news: Report | null = null;
  return {
    ...core,
    step(before, input, now: Now) {
      const step = core.step(before, input, now);
      for (const effect of step.effects) if (effect.type === "record") drafts.set(effect.id, effect.draft);
      for (const id of drafts.keys()) if (drafts.size > MAX_DRAFTS) drafts.delete(id);
      if (input.type === "recorded") {
        const draft = drafts.get(input.id);
        if (draft === undefined) throw new RangeError("an answer came to a recording that nobody asked for");
        const { kind, person } = draft;
        news = { type: "shown", kind, person, seq: input.seq, receipt: input.receipt };
      } else if (input.type === "link") {
        const { link, unsent } = input.state;
        news = { type: "link", up: link === "up", unsent };
      } else if (input.type === "recordFailed") {
        news = { type: "failed", code: input.code };
      }
      return step;
    },
    render(state, now, size) {
      const frame = core.render(state, now, size);
      seen(state, news);
      news = null;
      return frame;
    },
  };
}
