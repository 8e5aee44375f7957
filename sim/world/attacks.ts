import type { Attacked, AttackedTerminal } from "./attacked-terminal.ts";

/** Ways to guess PINs at a terminal, each as fast as the terminal lets it. Right PINs are never guessed: that is the worst case. */

const DAY_MS = 86_400_000;
const PINS = 10_000;

/** What comes between two tries, in the hope that it gives tries back. */
type Between = (terminal: AttackedTerminal, victim: Attacked) => Promise<unknown>;

const NOTHING: Between = () => Promise.resolve();

/** Everything that an attacker at the keypad, with the plug in reach, can do between two tries at one person. */
export const ATTACKS: Readonly<Record<string, Between>> = {
  "all PINs at one person": NOTHING,
  "all PINs at one person, the power cut after each": (terminal) => terminal.cutPower(),
  "alternating with right Universal PINs": (terminal, victim) =>
    terminal.enter(victim, terminal.universalPin),
  "alternating with right Universal PINs, the power cut after each": async (terminal, victim) => {
    await terminal.enter(victim, terminal.universalPin);
    await terminal.cutPower();
  },
  "alternating with the owner's right PIN": (terminal, victim) => terminal.enter(victim, victim.pin),
  "alternating with the owner's right PIN, the power cut after each": async (terminal, victim) => {
    await terminal.enter(victim, victim.pin);
    await terminal.cutPower();
  },
  "asking for a new PIN after each try": async (terminal, victim) => {
    await terminal.choose(victim);
    await terminal.type("##");
  },
};

/** Instants at which a wrong PIN of the person was judged, in the attacker's time. */
export async function guessAllAt(
  terminal: AttackedTerminal,
  victim: Attacked,
  between: Between,
  durationMs: number,
): Promise<readonly number[]> {
  const untilMs = terminal.nowMs + durationMs;
  const judgedMs: number[] = [];
  const guesses = wrongPins([victim.pin, terminal.universalPin]);
  for (const guess of guesses) {
    while ((await terminal.enter(victim, guess)).answer === "waiting") await terminal.sitOut();
    judgedMs.push(terminal.nowMs);
    if (terminal.nowMs >= untilMs) break;
    await between(terminal, victim);
  }
  return judgedMs;
}

/** Tries one PIN on everybody in turn, and with `everyTries` of them lets somebody punch who is told by `honest`. */
export async function sprayAll(
  terminal: AttackedTerminal,
  victims: readonly Attacked[],
  everyTries: number,
  honest: (tries: number) => Promise<void>,
): Promise<readonly number[]> {
  const judgedMs: number[] = [];
  const [guess = ""] = wrongPins([...victims.map(({ pin }) => pin), terminal.universalPin]);
  for (const victim of victims) {
    const { answer } = await terminal.enter(victim, guess);
    if (answer === "wrong") judgedMs.push(terminal.nowMs);
    if (judgedMs.length % everyTries === 0) await honest(judgedMs.length);
  }
  return judgedMs;
}

function wrongPins(right: readonly string[]): string[] {
  const avoided = new Set(right);
  return Array.from({ length: PINS }, (_, pin) => String(pin).padStart(4, "0")).filter(
    (pin) => !avoided.has(pin),
  );
}

/** Most of these instants (ascending) within any 24 h. */
export function mostInADay(instantsMs: readonly number[]): number {
  let first = 0;
  let most = 0;
  instantsMs.forEach((atMs, index) => {
    while ((instantsMs[first] ?? atMs) <= atMs - DAY_MS) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
