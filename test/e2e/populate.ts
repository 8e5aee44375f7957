import { HUB_ACTOR } from "../../hub/access.ts";
import { addPunch, voidPunch } from "../../hub/corrections/make.ts";
import { assignPerson } from "../../hub/kiosks/assign.ts";
import type { AnyHub } from "../../hub/testing/hub.ts";
import { addTestPerson } from "../../hub/testing/hub.ts";
import { TestBox } from "../../hub/testing/box.ts";
import { aKiosk, anAssignee } from "../../hub/testing/people.ts";
import { TEST_WALL_MS } from "../../hub/testing/wall-clock.ts";
import { MAX_NAME_LENGTH } from "../../protocol/limits.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { PageTerminal } from "./page-terminal.ts";

/** Names that are somebody's, or that somebody tries. */
export const HARD_NAMES = [
  "Ana Kovač",
  `<script>document.title="owned"</script>`,
  `"><img src=x onerror="document.title='owned'">`,
  "عبد الرحمن بن محمد",
  "\u202eevil txet desrever",
  "👩🏽‍🚀 Zoë 🇭🇷",
  "Z͑ͫ̓ͪ̂ͫ̽a̷lgo",
  `Robert'); DROP TABLE people;--`,
  "W".repeat(MAX_NAME_LENGTH),
  "Name ".repeat(MAX_NAME_LENGTH / 5).trim(),
  "=1+1",
  "X",
] as const;

export interface Populated {
  readonly kiosk: KioskId;
  readonly people: readonly PersonId[];
}

/** A hub with everything on it that its page can show: people, kiosks, a terminal, punches of every kind, trouble. */
export async function populate(hub: AnyHub): Promise<Populated> {
  const { kiosk } = await aKiosk(hub, { name: "Westside Bar" });
  await aKiosk(hub, { name: HARD_NAMES[1], requiresPin: false });
  await aKiosk(hub, { name: HARD_NAMES[8] });
  const box = await TestBox.pair(hub, kiosk);
  const people: PersonId[] = [];
  for (const name of HARD_NAMES) {
    const { person } = await anAssignee(hub, kiosk, { name });
    people.push(person);
    await box.sync();
    await box.punch(person, "in", people.length % 3 === 0 ? "universal" : "personal");
    if (people.length % 2 === 0) await box.punch(person, "out");
    if (people.length % 4 === 0) await box.tell({ kind: "pin.forgotten", person, payload: {} });
  }
  for (let count = 1; count <= 5; count += 1) {
    const waitMs = count === 3 ? 60_000 : count === 5 ? 300_000 : 0;
    await box.tell({ kind: "pin.refused", person: people[0] ?? null, payload: { count, waitMs } });
  }
  await box.tell({ kind: "pin.spray", person: null, payload: { state: "slowed" } });
  // Known at the hub before the terminal heard of it: what it records of them is outdated.
  const late = await addTestPerson(hub, { name: "Late Lena" });
  await assignPerson(hub.context, HUB_ACTOR, kiosk, late.person);
  await populateHistory(hub, kiosk, people);
  return { kiosk, people };
}

/** What does not fit: two terminals that disagree, a time that nobody knows, two cards; and corrections of it. */
async function populateHistory(hub: AnyHub, kiosk: KioskId, people: readonly PersonId[]): Promise<void> {
  const terminal = await PageTerminal.pair(hub, kiosk);
  const [first, , third, fourth] = people;
  if (first === undefined || third === undefined || fourth === undefined) return;
  terminal.punch(first, "in", "out", TEST_WALL_MS + HOUR_MS);
  const seq = terminal.punch(third, "out", "in", TEST_WALL_MS + 2 * HOUR_MS);
  terminal.boot(TEST_WALL_MS + 2 * HOUR_MS, "unset");
  terminal.punch(fourth, "in", "out", TEST_WALL_MS + 3 * HOUR_MS);
  const clone = terminal.clone();
  terminal.punch(fourth, "out", "in", TEST_WALL_MS + 4 * HOUR_MS);
  await terminal.handIn();
  clone.punch(fourth, "out", "in", TEST_WALL_MS + 5 * HOUR_MS);
  await clone.handIn();
  const { id, store } = terminal.wire;
  const reason = `${HARD_NAMES[1]} ${HARD_NAMES[8]}`;
  await voidPunch(hub.context, HUB_ACTOR, { person: third, terminal: id, store, seq, reason });
  const missing = { action: "out", atMs: TEST_WALL_MS + 6 * HOUR_MS, kiosk: null, reason } as const;
  await addPunch(hub.context, HUB_ACTOR, { person: third, ...missing });
}
const HOUR_MS = 60 * 60 * 1000;
