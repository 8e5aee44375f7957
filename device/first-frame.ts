import type { CharacterDisplay, Scheduler } from "../hal/ports.ts";

/**
 * Longest that loading stands back for a first frame, milliseconds: initialising a controller and painting 80 cells takes
 * 15. A display that takes longer is in trouble, and people still want to punch.
 */
export const FIRST_FRAME_LIMIT_MS = 200;

/**
 * Lets a display have its first frame while the program is being loaded. Loading blocks the thread, so between any two
 * of its pieces the call returned here is awaited: it takes one turn of the event loop, and from `dueMs` on, when the
 * controller can be talked to, it waits until the frame is on the glass.
 */
export function givingWayTo(
  display: CharacterDisplay | null,
  dueMs: number,
  scheduler: Scheduler,
): () => Promise<void> {
  const turn = (): Promise<void> => new Promise((resolve) => scheduler.soon(resolve));
  if (display === null) return turn;
  const frame = display.settled();
  return async () => {
    const nowMs = scheduler.nowMs();
    if (nowMs < dueMs || nowMs > dueMs + FIRST_FRAME_LIMIT_MS) return turn();
    await new Promise<void>((resolve) => {
      const timer = scheduler.after(FIRST_FRAME_LIMIT_MS, resolve);
      void frame.then(() => {
        timer.cancel();
        resolve();
      });
    });
  };
}
