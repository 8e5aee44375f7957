import { join } from "node:path";
import { createInterface } from "node:readline";
import type { State } from "../../../device/core/state.ts";
import { coreFor } from "../../../device/core/step.ts";
import { Daemon, identityInFolder, type OpenLedger } from "../../../device/daemon.ts";
import { ledgerFile, startWorkerLedger } from "../../../device/ledger/worker-port.ts";
import { claimTerminal } from "../../../device/sync/claim.ts";
import { SyncClient } from "../../../device/sync/sync-client.ts";
import { busyWait } from "../../../hal/gpio/gpiochip.ts";
import type { KeyName, Keypad } from "../../../hal/ports.ts";
import { codeOf } from "../../../protocol/errors.ts";
import { bootId, makeId } from "../../../protocol/ids.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../../protocol/seams/clocks.ts";
import { makeLogger } from "../../../protocol/seams/log.ts";
import { openWebSocketLink } from "../../../protocol/seams/ws-link.ts";
import { SimulatedBoard } from "../../../sim/board.ts";
import { MachineClock } from "../../../sim/chips/machine-clock.ts";
import { usualPlan } from "../../../sim/wiring.ts";
import { hmacKdf } from "../../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../../sim/world/seeded-random.ts";
import { order, terminalSettings, type Report } from "../reports.ts";
import { fasterScheduler, fasterWallClock } from "./faster.ts";
import { Hands } from "./hands.ts";
import { endWithParent, tell, tellStarted } from "./tell.ts";
import { watched } from "./watch.ts";

/**
 * `terminal.js SETTINGS`: the daemon on a simulated board, its ledger in its thread and on a real file, and people who use
 * it as fast as it takes their keys. What the display says is told on a pipe as it is drawn.
 */

/** Between two keys. No switch is pressed for them: what a finger does to a switch is proved elsewhere. */
const KEY_GAP_MS = 2;

const settings = terminalSettings.parse(JSON.parse(process.argv[2] ?? ""));
const scheduler = fasterScheduler(systemScheduler, settings.timesFaster);
const log = await makeLogger({ level: "warn", form: "json", colour: false });
const plan = usualPlan();
const board = new SimulatedBoard({ scheduler, spinUs: busyWait(scheduler), random: systemRandom, plan });
board.setPower(true);
const parts = await board.open();

const hands = new Hands(new SeededRandom(settings.seed), settings.people, settings.universalPin);
let actsLeft = 0;
let isAtRest = true;
let isKeyDue = false;
let press: (key: KeyName) => void = () => undefined;

let shown: State = coreFor(plan.display.size).initial;

/** A key for what is on the display, after a moment; one at a time. */
function useTerminal(): void {
  if (isKeyDue) return;
  isKeyDue = true;
  setTimeout(() => {
    isKeyDue = false;
    const key = hands.keyFor(shown, actsLeft > 0);
    if (key !== null) press(key);
    else if (!isAtRest && actsLeft === 0 && shown.screen === "idle") {
      isAtRest = true;
      tell({ type: "rest" });
    }
  }, KEY_GAP_MS);
}

function seen(state: State, news: Report | null): void {
  shown = state;
  if (news !== null) tell(news);
  if (news?.type === "shown" && actsLeft > 0) actsLeft -= 1;
  useTerminal();
}

const keypad: Keypad = {
  ...bound(parts.keypad),
  onPress(listener) {
    press = listener;
    parts.keypad.onPress(listener);
  },
};

async function openLedger(
  ...[{ terminal, terminalKey }, boot]: Parameters<ConstructorParameters<typeof Daemon>[0]["openLedger"]>
): Promise<OpenLedger> {
  const opened = await startWorkerLedger(
    {
      path: join(settings.folder, ledgerFile(terminal)),
      terminal,
      terminalKey,
      privateKey: identityInFolder(settings.folder).load().privateKey,
      boot: { ...boot },
    },
    new URL("./ledger-worker.js", import.meta.url),
  );
  const port = {
    ...opened.port,
    acknowledge(seq: number) {
      tell({ type: "acked", seq });
      return opened.port.acknowledge(seq);
    },
  };
  return { ...opened, port };
}

/** The methods of a part, which are its class's. */
function bound(part: Keypad): Keypad {
  return {
    onPress: (listener) => part.onPress(listener),
    onFault: (listener) => part.onFault(listener),
    onRecovered: (listener) => part.onRecovered(listener),
    probe: () => part.probe(),
    close: () => part.close(),
  };
}

const wallClock = fasterWallClock(systemWallClock, settings.timesFaster, settings.beganMs);
const clock = new MachineClock({ scheduler, trueWallMs: () => wallClock.wallMs() });

const daemon = new Daemon<State>({
  ...parts,
  keypad,
  core: watched(coreFor(plan.display.size), seen),
  night: null,
  dim: null,
  identity: identityInFolder(settings.folder),
  claimToken: settings.claimToken,
  openLedger,
  connect: () => openWebSocketLink(settings.hubUrl),
  loadSync: () => Promise.resolve({ SyncClient, claimTerminal }),
  kdf: hmacKdf,
  scheduler,
  wallClock,
  random: systemRandom,
  boot: makeId(bootId, systemRandom),
  systemClock: () => Promise.resolve(clock.system()),
  timeZone: "Europe/Zagreb",
  software: "crash-test",
  log,
  onRestart: () => process.exit(0),
  onBroken(code) {
    log.fatal({ code }, "cannot go on; a new life begins");
    process.exit(1);
  },
});

endWithParent();
createInterface({ input: process.stdin }).on("line", (line) => {
  actsLeft = order.parse(JSON.parse(line)).acts;
  isAtRest = false;
  useTerminal();
});
process.once("SIGTERM", () => void daemon.close().then(() => process.exit(0)));

daemon.start().then(
  () => tellStarted({ type: "ready" }),
  (error: unknown) => {
    log.fatal({ code: codeOf(error) }, error instanceof Error ? error.message : "could not start");
    process.exit(1);
  },
);
