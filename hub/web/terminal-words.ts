import type * as z from "zod";
import type { terminalsBody } from "../http/schemas.ts";

/** How a terminal is, in words for whoever never saw its insides. Pure. */

export type Terminal = z.infer<typeof terminalsBody>["terminals"][number];

/** What became of one whose place was taken away. */
export function goneWords({ standing, toldMs }: Pick<Terminal, "standing" | "toldMs">): string {
  if (standing === "unpaired") return "Unpaired";
  const what = standing === "stolen" ? "Stolen" : "Unpairing";
  return toldMs === null ? `${what}, not told yet` : what;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Less than this nobody sees on a clock, unless it is known better. */
const IN_STEP_MS = SECOND_MS / 2;

/** `3 s ahead, give or take 0.1 s`, `in step`, `does not know the time`: a terminal's clock against the hub's. */
export function clockWords({
  clock,
  clockErrorMs,
  clockErrorSpanMs,
}: Pick<Terminal, "clock" | "clockErrorMs" | "clockErrorSpanMs">): string {
  if (clock === "unset") return "does not know the time";
  if (clockErrorMs === null) return "unknown";
  const sizeMs = Math.abs(clockErrorMs);
  const where =
    sizeMs <= Math.max(IN_STEP_MS, clockErrorSpanMs ?? 0)
      ? "in step"
      : `${amount(sizeMs)} ${clockErrorMs > 0 ? "ahead" : "behind"}`;
  const held = clock === "holding" ? ", kept since it was last set" : "";
  if (clockErrorSpanMs === null) return `${where}${held}, roughly`;
  return `${where}, give or take ${amount(Math.max(clockErrorSpanMs, SECOND_MS / 10))}${held}`;
}

/** In the unit that a person would take, with a tenth where that says something. */
function amount(sizeMs: number): string {
  if (sizeMs < 10 * SECOND_MS) return `${Math.round(sizeMs / (SECOND_MS / 10)) / 10} s`;
  if (sizeMs < 2 * MINUTE_MS) return `${Math.round(sizeMs / SECOND_MS)} s`;
  if (sizeMs < 2 * HOUR_MS) return `${Math.round(sizeMs / MINUTE_MS)} min`;
  if (sizeMs < 2 * DAY_MS) return `${Math.round(sizeMs / HOUR_MS)} h`;
  return `${Math.round(sizeMs / DAY_MS)} days`;
}

/** Beyond this a time is disputed (`clock.disputed` of protocol/events.ts). */
const FAR_OFF_MS = 2 * MINUTE_MS;

export interface Trouble {
  readonly short: string;
  /** What it means, and what to do. */
  readonly long: string;
}

type Health = Pick<
  Terminal,
  "disk" | "pendingEvents" | "missingEvents" | "setAside" | "clock" | "clockErrorMs" | "openForks"
>;

/** What is wrong with it. */
export function troublesOf(terminal: Health): readonly Trouble[] {
  const { disk, pendingEvents, missingEvents, setAside, clock, clockErrorMs, openForks } = terminal;
  const found: Trouble[] = [];
  const add = (short: string, long: string): void => void found.push({ short, long });
  if (openForks > 0) {
    add("Two histories", "Two cards say that they are this terminal: decide above which punches count.");
  }
  if (clock === "unset") {
    add(
      "Does not know the time",
      "It does not know the time. Punches are kept, and when they were is worked out once it does: look at its network.",
    );
  } else if (Math.abs(clockErrorMs ?? 0) > FAR_OFF_MS) {
    add(
      "Clock is wrong",
      "Its clock and the hub's differ by minutes, so one of the two is wrong. Look at the network time of both.",
    );
  }
  if (disk === "low")
    add("Disk nearly full", "Its disk is nearly full. Punches still fit: make room on it soon.");
  if (disk === "full") {
    add("Disk full", "Its disk is full. Only the reserve for the last punches is left: make room on it now.");
  }
  if (pendingEvents > 0) {
    add(
      `${events(pendingEvents)} recovered`,
      `${events(pendingEvents)} of an earlier ledger, recovered from a damaged card, still to come here. They come by themselves.`,
    );
  }
  if (missingEvents > 0) {
    add(
      `${events(missingEvents)} missing`,
      `${events(missingEvents)} not here, though earlier and later ones are. When it is connected, have it send everything again.`,
    );
  }
  if (setAside > 0) {
    const ledgers = setAside === 1 ? "1 damaged ledger" : `${setAside} damaged ledgers`;
    add(
      ledgers,
      `${ledgers} on its card, kept whole beside the one in use. What could be read was recovered; think of a new card.`,
    );
  }
  return found;
}

const events = (count: number): string => (count === 1 ? "1 event" : `${count} events`);
