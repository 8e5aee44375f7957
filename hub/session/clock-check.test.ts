import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KioskId } from "../../protocol/ids.ts";
import type { Link } from "../../protocol/seams.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { listTerminals } from "../terminals/list.ts";
import { CLOCK_SLACK_MS, SEEN_SLACK_MS } from "../terminals/terminals.ts";
import { openTestScene, openTestTerminal, type TestHub } from "../testing/hub.ts";
import { TestTerminal } from "../testing/terminal.ts";
import { TEST_WALL_MS } from "../testing/wall-clock.ts";
import { ClockCheck } from "./clock-check.ts";
import { linkPair } from "./link-pair.ts";
import { TerminalSession } from "./session.ts";

/** The hub's pulse, the terminal's answer to it, and what the hub takes its clock to be off by. */

describe("the measure of a clock", () => {
  it("is right within its span, however long messages take either way and however late they are answered", async () => {
    const delays = fc.record({
      ahead: fc.integer({ min: -86_400_000, max: 86_400_000 }),
      back: fc.integer({ min: 0, max: 20_000 }),
      held: fc.integer({ min: 0, max: 60_000 }),
      there: fc.integer({ min: 0, max: 20_000 }),
    });
    await fc.assert(
      fc.asyncProperty(delays, async ({ ahead, back, held, there }) => {
        const scheduler = new VirtualScheduler();
        const check = new ClockCheck(scheduler);
        const hubWallMs = (): number => TEST_WALL_MS + scheduler.nowMs();
        const hubTimeMs = hubWallMs();
        check.sent(hubTimeMs);
        await scheduler.pass(back + held);
        const wallMs = hubWallMs() + ahead;
        await scheduler.pass(there);
        const echo = { hubTimeMs, heldMs: held };
        const { errorMs, spanMs } = check.error({ wallMs, echo }, scheduler.nowMs(), hubWallMs());
        expect(spanMs).toBe((back + there) / 2);
        expect(Math.abs(errorMs - ahead)).toBeLessThanOrEqual((back + there) / 2);
      }),
    );
  });

  it("has no span without an answer to the latest pulse, and none below 0 for one that cannot be", async () => {
    const scheduler = new VirtualScheduler();
    const check = new ClockCheck(scheduler);
    const none = { errorMs: -40, spanMs: null };
    const status = { wallMs: TEST_WALL_MS };
    const at = TEST_WALL_MS + 40;
    expect(check.error({ ...status, echo: { hubTimeMs: 1, heldMs: 0 } }, 0, at)).toEqual(none);
    check.sent(1);
    check.sent(2);
    await scheduler.pass(40);
    expect(check.error({ ...status, echo: null }, 40, at)).toEqual(none);
    expect(check.error({ ...status, echo: { hubTimeMs: 1, heldMs: 0 } }, 40, at)).toEqual(none);
    const tooLong = { hubTimeMs: 2, heldMs: 1_000 };
    expect(check.error({ ...status, echo: tooLong }, 40, at)).toEqual({ errorMs: -40, spanMs: 0 });
  });
});

describe("what terminals say of themselves", () => {
  let hub: TestHub;
  let kiosk: KioskId;
  let terminal: TestTerminal;
  beforeEach(async () => {
    ({ hub, kiosk } = await openTestScene());
    Object.assign(hub.wallClock, { wallMs: () => TEST_WALL_MS + Math.round(hub.scheduler.nowMs()) });
    terminal = await openTestTerminal(hub, kiosk);
  });
  afterEach(() => hub.core.close());

  /** As the API shows it: what a connected one said, over what was written down. */
  const shown = async () => {
    const [listed] = await listTerminals(hub.context.store.queries);
    return { ...listed, ...hub.core.sessions.healthOf(terminal.id) };
  };
  const written = async () => (await listTerminals(hub.context.store.queries))[0];

  /** Carries what this end sends only after a time. */
  function slow(link: Link, delayMs: number): Link {
    return { ...bound(link), send: (text) => void hub.scheduler.after(delayMs, () => link.send(text)) };
  }
  const bound = (link: Link): Link => ({
    send: (text) => link.send(text),
    close: (code, reason) => link.close(code, reason),
    bufferedBytes: () => link.bufferedBytes(),
    listen: (listener) => link.listen(listener),
  });

  it("is measured over a slow link, and shown with its span", async () => {
    const [near, far] = linkPair(hub.scheduler);
    const session = new TerminalSession(hub.core.host, slow(near, 100), "192.0.2.7");
    terminal.plugIn(slow(far, 300));
    terminal.hello();
    await hub.scheduler.pass(401);
    terminal.prove();
    await hub.scheduler.pass(401);
    expect(session.isOpen).toBe(true);
    const now = (): number => hub.wallClock.wallMs() + 3_000;
    terminal.status(0, now());
    await hub.scheduler.pass(401);
    expect(await shown()).toMatchObject({ clockErrorMs: 2_700, clockErrorSpanMs: null });
    const pulse = terminal.last("pulse");
    await hub.scheduler.pass(30_000);
    terminal.status(0, now(), {
      clock: "holding",
      echo: { hubTimeMs: pulse?.hubTimeMs ?? 0, heldMs: 30_001 },
    });
    await hub.scheduler.pass(401);
    const { clock, clockErrorMs, clockErrorSpanMs } = await shown();
    expect({ clock, clockErrorSpanMs }).toEqual({ clock: "holding", clockErrorSpanMs: 200 });
    expect(Math.abs((clockErrorMs ?? 0) - 3_000)).toBeLessThanOrEqual(200);
  });

  it("is shown as they last said it, and written down as it changes", async () => {
    const said = { pendingEvents: 4, clock: "unset", disk: "low", setAside: 2 } as const;
    terminal.status(3, hub.wallClock.wallMs() + 500, said);
    await hub.scheduler.pass(1);
    const lastSeenMs = hub.wallClock.wallMs() - 1;
    expect(await written()).toMatchObject({ unsent: 3, clockErrorMs: 500, lastSeenMs, ...said });
    expect(await shown()).toMatchObject({ unsent: 3, clockErrorMs: 500, lastSeenMs, ...said });
  });

  it("is not written down again while it stays as good as the same; what is shown is the latest", async () => {
    const beat = async (errorMs: number): Promise<void> => {
      terminal.status(0, hub.wallClock.wallMs() + errorMs);
      await hub.scheduler.pass(30_000);
    };
    await beat(500);
    const before = await written();
    for (const errorMs of [500, 500 + CLOCK_SLACK_MS - 1, 500]) await beat(errorMs);
    expect(await written()).toEqual(before);
    expect(await shown()).toMatchObject({ clockErrorMs: 500, lastSeenMs: hub.wallClock.wallMs() - 30_000 });
    await beat(500 + CLOCK_SLACK_MS);
    expect(await written()).toMatchObject({ clockErrorMs: 500 + CLOCK_SLACK_MS });
    const then = (await written())?.lastSeenMs ?? 0;
    for (let passed = 0; passed < SEEN_SLACK_MS; passed += 30_000) await beat(500 + CLOCK_SLACK_MS);
    expect((await written())?.lastSeenMs).toBe(then + SEEN_SLACK_MS);
  });

  it("says nothing new of one that is not connected", async () => {
    expect(hub.core.sessions.healthOf(new TestTerminal(new SeededRandom(3)).id)).toEqual({});
  });
});
