import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as passing } from "node:timers/promises";
import { startWorkerLedger } from "../../device/ledger/worker-port.ts";
import { judgePin, type JudgeParts } from "../../device/pin/judge-pin.ts";
import { bootId, kioskId, makeId, personId, terminalId, type PersonId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { PinVerifier } from "../../protocol/roster.ts";
import { argon2Kdf } from "../../protocol/seams/argon2.ts";
import { systemRandom, systemScheduler } from "../../protocol/seams/clocks.ts";
import { KDF_BYTES, SALT_BYTES } from "../../protocol/seams.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";
import { deriveVerifier, encodeVerifier, type PinOwner } from "../../protocol/verifier.ts";
import { AttackedTerminal } from "../../sim/world/attacked-terminal.ts";
import { ATTACKS, guessAllAt, mostInADay } from "../../sim/world/attacks.ts";
import type { Bench, Row } from "./row.ts";
import { median } from "./statistics.ts";

/** What a PIN costs at the terminal, and how many of them somebody can guess there. */

const WORKER = new URL("../../device/ledger/worker.ts", import.meta.url);
const PIN = "4821";
const WRONG_PIN = "1209";

const ROUNDS_QUICK = 15;
const ROUNDS_FULL = 60;
const LOOP_ROUNDS_QUICK = 5;
const LOOP_ROUNDS_FULL = 15;
const WINDOWS_PER_ROUND = 10;
const WARM_UP_CHECKS = 5;
const SEEN_AFTER_MS = 3;
const NS_PER_MS = 1e6;
const HOUR_MS = 3_600_000;
const ATTACK_HOURS_QUICK = 25;
const ATTACK_HOURS_FULL = 72;

interface Checking {
  readonly parts: JudgeParts;
  readonly person: PersonId;
}

/** A terminal's store in its thread, with one person and a Universal PIN, and argon2id at its real cost. */
async function checking(bench: Bench): Promise<Checking> {
  const terminalKey = systemRandom.bytes(KDF_BYTES);
  const kiosk = makeId(kioskId, systemRandom);
  const person = makeId(personId, systemRandom);
  const ledger = await startWorkerLedger(
    {
      path: ":memory:",
      terminal: makeId(terminalId, systemRandom),
      terminalKey: Buffer.from(terminalKey).toString("base64"),
      boot: { id: makeId(bootId, systemRandom), startedMs: 0 },
    },
    WORKER,
  );
  bench.atEnd(() => ledger.cut());
  const verifierOf = async (pin: string, owner: PinOwner): Promise<PinVerifier> => {
    const salt = systemRandom.bytes(SALT_BYTES);
    return encodeVerifier(salt, deriveVerifier(terminalKey, await argon2Kdf.derive(pin, salt), owner, kiosk));
  };
  const settings = {
    kiosk,
    name: "Westside Bar",
    requiresPin: true,
    pinLength: 4,
    numberLength: 4,
    timeZone: "UTC",
    language: "en",
    universalPin: await verifierOf("8062", "universal"),
    tries: DEFAULT_TRY_SETTINGS,
  } as const;
  const entry = { number: "1001", name: "Ana", role: "regular", language: null, moreTime: false } as const;
  const pin = await verifierOf(PIN, person);
  await ledger.port.beginSnapshot({ revision: 1, includesSeq: 0, kiosk: settings });
  await ledger.port.addPage(1, [{ ...entry, person, pin, presence: NEVER_PUNCHED }], 0);
  await ledger.port.commitSnapshot(1);
  const parts: JudgeParts = {
    ledger: ledger.port,
    checker: { kdf: argon2Kdf, terminalKey },
    scheduler: systemScheduler,
    onDelayed: () => undefined,
  };
  for (let check = 0; check < WARM_UP_CHECKS; check++) await judgePin(parts, { person, pin: PIN });
  return { parts, person };
}

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const beganMs = systemScheduler.nowMs();
  await work();
  return systemScheduler.nowMs() - beganMs;
}

/** Right and wrong checks against bare hashes, in turn. */
async function checkRatio(bench: Bench): Promise<number> {
  const { parts, person } = await bench.once(checking);
  const salt = systemRandom.bytes(SALT_BYTES);
  const ratios: number[] = [];
  for (let round = 0; round < bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round++) {
    const bareMs = await tookMs(() => argon2Kdf.derive(PIN, salt));
    const pin = round % 2 === 0 ? PIN : WRONG_PIN;
    const checkMs = await tookMs(() => judgePin(parts, { person, pin }));
    const bareAgainMs = await tookMs(() => argon2Kdf.derive(PIN, salt));
    ratios.push(checkMs / ((bareMs + bareAgainMs) / 2));
  }
  return median(ratios);
}

/** Longest that the event loop was late while `work` went on, milliseconds. */
async function lateMs(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  // What blocked the loop last is seen at its next turn only.
  await passing(SEEN_AFTER_MS);
  delay.disable();
  return delay.max / NS_PER_MS;
}

/**
 * How much later than an idle event loop one is that checks a PIN for as long. What else the machine does can only make either
 * later, so of some windows of each the calmest are compared: a check that blocks the loop does so in all of them.
 */
async function loopBlockMs(bench: Bench): Promise<number> {
  const { parts, person } = await bench.once(checking);
  const more: number[] = [];
  for (let round = 0; round < bench.repetitions(LOOP_ROUNDS_QUICK, LOOP_ROUNDS_FULL); round++) {
    let checkMs = Infinity;
    let idleMs = Infinity;
    for (let window = 0; window < WINDOWS_PER_ROUND; window++) {
      const pin = window % 2 === 0 ? PIN : WRONG_PIN;
      let lastedMs = 0;
      const lateInCheckMs = await lateMs(async () => {
        lastedMs = await tookMs(() => judgePin(parts, { person, pin }));
      });
      checkMs = Math.min(checkMs, lateInCheckMs);
      idleMs = Math.min(idleMs, await lateMs(() => passing(lastedMs)));
    }
    more.push(Math.max(0, checkMs - idleMs));
  }
  return median(more);
}

/** The most wrong PINs of one person that were judged in any 24 h, whichever way they were tried. */
async function guessesPerDay(bench: Bench): Promise<number> {
  const durationMs = bench.repetitions(ATTACK_HOURS_QUICK, ATTACK_HOURS_FULL) * HOUR_MS;
  let most = 0;
  for (const between of Object.values(ATTACKS)) {
    const terminal = await AttackedTerminal.create({ seed: 1, people: 2 });
    for (const victim of terminal.people.slice(0, 1)) {
      most = Math.max(most, mostInADay(await guessAllAt(terminal, victim, between, durationMs)));
    }
  }
  return most;
}

export const pinRows: readonly Row[] = [
  {
    name: "pin.check",
    unit: "x",
    limit: 2.2,
    against: "one bare argon2id hash; the check makes two, for the Universal PIN",
    measure: checkRatio,
  },
  {
    name: "pin.loop-block",
    unit: "ms",
    limit: 5,
    against: "the longest delay of an idle event loop over the same time",
    measure: loopBlockMs,
  },
  {
    name: "pin.guesses-per-day",
    unit: "",
    limit: DEFAULT_TRY_SETTINGS.triesPerDay,
    against: "what a person's profile takes of wrong PINs in any 24 h, in the seeded world",
    measure: guessesPerDay,
  },
];
