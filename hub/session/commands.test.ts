import { afterEach, beforeEach, expect, it } from "vitest";
import type { KioskId } from "../../protocol/ids.ts";
import type { Command } from "../../protocol/messages.ts";
import { refusal } from "../testing/people.ts";
import { connect, greet, openTestScene, openTestTerminal, type TestHub } from "../testing/hub.ts";
import type { TestTerminal } from "../testing/terminal.ts";
import { COMMAND_TIMEOUT_MS, MAX_COMMANDS_WAITING } from "./commands.ts";

/** What an admin has a connected terminal do, and what becomes of the answer. */

let hub: TestHub;
let kiosk: KioskId;
let terminal: TestTerminal;
beforeEach(async () => {
  ({ hub, kiosk } = await openTestScene());
  terminal = await openTestTerminal(hub, kiosk);
});
afterEach(() => hub.core.close());

const pass = (ms = 1): Promise<void> => hub.scheduler.pass(ms);

/** The outcome once it is there: "done", a code, or the code of why there is none. */
function ask(command: Command): { readonly outcome: () => string | null } {
  let outcome: string | null = null;
  const set = (text: string): void => void (outcome = text);
  const asked = hub.core.sessions.find(terminal.id).command(command);
  asked.then(set, (error: unknown) =>
    set(error instanceof Error && "code" in error ? String(error.code) : "?"),
  );
  return { outcome: () => outcome };
}
const answer = (index: number, outcome: string): void => {
  const { id } = terminal.all("command")[index] ?? { id: "" };
  terminal.send({ type: "done", id, outcome });
};

it("each is answered by its own answer, in whatever order they come", async () => {
  const first = ask({ act: "identify" });
  const second = ask({ act: "resend", afterSeq: 7 });
  await pass();
  expect(terminal.all("command").map(({ command }) => command)).toEqual([
    { act: "identify" },
    { act: "resend", afterSeq: 7 },
  ]);
  answer(1, "done");
  await pass();
  expect([first.outcome(), second.outcome()]).toEqual([null, "done"]);
  answer(0, "sync.busy");
  await pass();
  expect(first.outcome()).toBe("sync.busy");
});

it("one that is not answered in time has no answer, and its late answer is nobody's", async () => {
  const asked = ask({ act: "restart" });
  await pass(COMMAND_TIMEOUT_MS - 1);
  expect(asked.outcome()).toBeNull();
  await pass(1);
  expect(asked.outcome()).toBe("terminal.no-answer");
  answer(0, "done");
  await pass();
  expect([asked.outcome(), terminal.closedWith]).toEqual(["terminal.no-answer", null]);
});

it("those of a link that ends are told so at once, and a terminal that is away is none to ask", async () => {
  const asked = ask({ act: "unlock" });
  await pass();
  terminal.unplug();
  await pass();
  expect(asked.outcome()).toBe("terminal.offline");
  expect(() => hub.core.sessions.find(terminal.id)).toThrow(refusal("terminal.offline"));
});

it("those of a link that a newer one takes the place of are told so, and the newer one is asked", async () => {
  const asked = ask({ act: "identify" });
  await pass();
  connect(hub, terminal);
  await greet(hub, terminal);
  expect(asked.outcome()).toBe("terminal.offline");
  const again = ask({ act: "identify" });
  await pass();
  answer(0, "done");
  await pass();
  expect(again.outcome()).toBe("done");
});

it(`more than ${MAX_COMMANDS_WAITING} do not wait for one terminal`, async () => {
  const asked = Array.from({ length: MAX_COMMANDS_WAITING + 1 }, () => ask({ act: "identify" }));
  await pass();
  expect(asked.map(({ outcome }) => outcome())).toEqual([null, null, null, null, "terminal.busy"]);
  answer(0, "done");
  await pass();
  const next = ask({ act: "identify" });
  await pass();
  answer(MAX_COMMANDS_WAITING, "done");
  await pass();
  expect(next.outcome()).toBe("done");
});
