import { Hd44780 } from "../../chips/hd44780.ts";
import type { Tally } from "./faults.ts";
import type { Post } from "./post.ts";
import type { Site } from "./site.ts";
import { Violation, type Stage } from "./stage.ts";

/** Looks at everything now and then while the world goes on. */
export interface WatchParts {
  readonly stage: Stage;
  readonly tally: Tally;
  readonly posts: readonly Post[];
  readonly sites: readonly Site[];
}

const LOOK_EVERY_MS = 1_700;
/** What the software wants to show stands there so soon: the slowest display is a serial one of 80 characters at 9600 baud. */
const DISPLAY_BOUND_MS = 250;
/** A display is set up anew each ten minutes, once nothing has changed for three seconds. */
export const GLASS_MENDED_MS = 11 * 60_000;
/** A display starts, and is set up, within so long. */
const DISPLAY_START_MS = 3_000;
/** Timers and messages of one terminal and what the hub has for it. */
const MOST_PENDING_EACH = 400;
/** Everything that may wait in one direction of a link, and the message that went over the limit. */
const MOST_BYTES_UNDER_WAY = 6 * 1024 * 1024;
/** Letters that every character ROM has where ASCII has them. */
const PLAIN = /^[ -[\]-}]$/;

export async function keepWatch(
  { stage, tally, posts, sites }: WatchParts,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await stage.sleepBusy(LOOK_EVERY_MS);
    for (const post of posts) {
      checkGlass(stage, tally, post);
      if ((post.wire?.bytesUnderWay ?? 0) > MOST_BYTES_UNDER_WAY) {
        throw new Violation("queues", `${post.name} has ${post.wire?.bytesUnderWay ?? 0} bytes under way`);
      }
    }
    const { pending } = stage.scheduler;
    const people = sites.reduce((count, site) => count + site.people.length, 0);
    if (pending > MOST_PENDING_EACH * (posts.length + people)) {
      throw new Violation("queues", `${pending} timers and messages are waiting`);
    }
  }
}

/** The glass shows what the software wants, at the latest a moment after it wanted it. */
function checkGlass(stage: Stage, tally: Tally, post: Post): void {
  const { box } = post;
  const { rows, sinceMs } = box.wanted;
  const { nowMs } = stage;
  const { chip } = box.board;
  const isDropping = chip instanceof Hd44780 && chip.isDropping;
  // Also when the nibble was lost while nobody looked.
  if (isDropping || post.wasDropping) post.glassTroubledUntilMs = nowMs + GLASS_MENDED_MS;
  post.wasDropping = isDropping;
  if (!box.isOn || nowMs - post.poweredSinceMs < DISPLAY_START_MS) return;
  if (nowMs - sinceMs < DISPLAY_BOUND_MS || nowMs < post.glassTroubledUntilMs) return;
  tally.count("displays compared");
  const shown = box.screen();
  for (const [index, row] of rows.entries()) {
    const there = Array.from(shown[index] ?? "");
    for (const [column, wanted] of Array.from(row).entries()) {
      if (!PLAIN.test(wanted) || wanted === (there[column] ?? " ")) continue;
      throw new Violation(
        "display",
        `${post.name} wants "${row}" in row ${index + 1}, and shows "${shown[index] ?? ""}"`,
      );
    }
  }
}
