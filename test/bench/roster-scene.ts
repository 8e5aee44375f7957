import pino from "pino";
import { openKeptStore } from "../../device/ledger/kept-store.ts";
import { ownStamp } from "../../device/ledger/own-stamp.ts";
import { directLedgerPort } from "../../device/ledger/port.ts";
import { SyncClient } from "../../device/sync/sync-client.ts";
import type { HubContext } from "../../hub/context.ts";
import { linkPair } from "../../hub/session/link-pair.ts";
import { TerminalSession } from "../../hub/session/session.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { bootId, makeId, personId, terminalId, type PersonId } from "../../protocol/ids.ts";
import type { Link } from "../../protocol/seams.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { SimulatedDisk } from "../../sim/world/simulated-disk.ts";
import { loadSqliteWasm } from "../../sim/world/sqlite-wasm.ts";
import { openPeopledHub, pairTerminal, until } from "./hub-world.ts";
import type { Bench } from "./row.ts";

/** A terminal in step with its hub, each on a disk that counts what is written to it and synced. */
export interface RosterScene {
  readonly context: HubContext;
  readonly people: readonly PersonId[];
  /** Does something and waits until nothing is said any more: what that came to. */
  during(work: () => Promise<void>): Promise<Traffic>;
  /** The link is lost, and made again. */
  reconnect(): Promise<void>;
}

export interface Traffic {
  /** UTF-8 bytes of all messages, both ways, but those of the handshake: hello, challenge, proof, welcome. */
  readonly bytes: number;
  readonly hubWrites: number;
  readonly terminalWrites: number;
  readonly terminalSyncs: number;
}

const PEOPLE = 100;
const KEY_BYTES = 32;
const HANDSHAKE = /^\{"type":"(?:hello|challenge|proof|welcome)"/;
/** So many turns of the event loop without a message: nothing is on its way. */
const QUIET_TURNS = 200;

export async function openRosterScene(bench: Bench): Promise<RosterScene> {
  const sqlite = await loadSqliteWasm();
  const [hubDisk, card] = [new SimulatedDisk(), new SimulatedDisk()];
  const people = Array.from({ length: PEOPLE }, () => makeId(personId, systemRandom));
  const driver = sqlite.mount(hubDisk).open("hub.db");
  const { core, kiosk } = await openPeopledHub({ driver, hubKey: systemRandom.bytes(KEY_BYTES) }, people);
  const terminal = makeId(terminalId, systemRandom);
  const keys = generateTerminalKeyPair();
  await pairTerminal(core.context, kiosk, terminal, keys.publicKey, null);
  const terminalKey = core.context.secrets.terminalKey(terminal, 1);
  const boot = { id: makeId(bootId, systemRandom), startedMs: systemScheduler.nowMs() };
  const { store } = openKeptStore({
    volume: sqlite.mount(card),
    file: "ledger.db",
    terminal,
    boot,
    random: systemRandom,
    terminalKey,
    privateKey: keys.privateKey,
    stamp: () => ownStamp(boot.id, systemScheduler, systemWallClock, systemRandom),
    sizes: { reserveBytes: 0, lowBytes: 0 },
  });

  let bytes = 0;
  let messages = 0;
  let isWelcome = false;
  let near: Link | null = null;
  const counted = (text: string): void => {
    messages += 1;
    if (!HANDSHAKE.test(text)) bytes += Buffer.byteLength(text);
  };
  const client = new SyncClient({
    connect() {
      const [hubEnd, terminalEnd] = linkPair(systemScheduler);
      near = hubEnd;
      new TerminalSession(core.host, countingLink(hubEnd, counted), "192.0.2.7");
      return Promise.resolve(countingLink(terminalEnd, counted));
    },
    ledger: directLedgerPort(store),
    identity: {
      ...keys,
      paired: { terminal, terminalKey: Buffer.from(terminalKey).toString("base64") },
    },
    software: "bench",
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    clock: () => "set",
    random: { ...systemRandom, uniform: () => 0 },
    log: pino({ level: "silent" }),
    onRoster: () => undefined,
    onPeople: () => undefined,
    onRevoked: () => undefined,
    onLink: ({ link }) => void (isWelcome = link === "up"),
    onHubTime: () => undefined,
    onCommand: () => Promise.resolve("command.unknown"),
  });

  async function quiet(): Promise<void> {
    for (let turns = 0, known = messages; turns < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (messages === known) continue;
      known = messages;
      turns = 0;
    }
  }
  bench.atEnd(async () => {
    client.stop();
    await core.close();
  });
  client.start();
  await until(() => isWelcome);
  await quiet();
  if (store.status().roster === null) throw new RangeError("the terminal got no roster");

  return {
    context: core.context,
    people,
    async during(work) {
      const before = { bytes, hub: { ...hubDisk.counts }, card: { ...card.counts } };
      await work();
      await quiet();
      return {
        bytes: bytes - before.bytes,
        hubWrites: hubDisk.counts.writes - before.hub.writes,
        terminalWrites: card.counts.writes - before.card.writes,
        terminalSyncs: card.counts.syncs - before.card.syncs,
      };
    },
    async reconnect() {
      near?.close(1001, "going");
      await until(() => !isWelcome);
      await until(() => isWelcome);
    },
  };
}

/** A link that tells what is sent over it from this end. */
function countingLink(link: Link, sent: (text: string) => void): Link {
  return {
    send(text) {
      sent(text);
      link.send(text);
    },
    close: (code, reason) => link.close(code, reason),
    bufferedBytes: () => link.bufferedBytes(),
    listen: (listener) => link.listen(listener),
  };
}
