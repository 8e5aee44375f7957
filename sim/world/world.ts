import pino from "pino";
import type { Dimming } from "../../device/backlight.ts";
import type { State } from "../../device/core/state.ts";
import { coreFor } from "../../device/core/step.ts";
import { Daemon, type IdentityKeeper, type OpenLedger } from "../../device/daemon.ts";
import type { Identity } from "../../device/config/identity.ts";
import { directLedgerPort } from "../../device/ledger/port.ts";
import { Chores } from "../../device/ledger/chores.ts";
import { openKeptStore } from "../../device/ledger/kept-store.ts";
import { ownStamp } from "../../device/ledger/own-stamp.ts";
import type { StoreStatus } from "../../device/ledger/store.ts";
import { ledgerFile } from "../../device/ledger/worker-port.ts";
import type { Night } from "../../device/night.ts";
import { claimTerminal } from "../../device/sync/claim.ts";
import { SyncClient } from "../../device/sync/sync-client.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import type { DisplaySize, KeyName } from "../../hal/ports.ts";
import type { DemoWorkspace } from "../../hub/demo.ts";
import { dayAt, dayBounds } from "../../hub/punches/days.ts";
import { listPresences } from "../../hub/punches/who-is-in.ts";
import { linkPair } from "../../hub/session/link-pair.ts";
import { TerminalSession } from "../../hub/session/session.ts";
import { openHub, type HubCore } from "../../hub/start.ts";
import { createClaimToken } from "../../hub/terminals/claims.ts";
import { decodeEvent } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import { generateTerminalKeyPair } from "../../protocol/identity.ts";
import { bootId, makeId } from "../../protocol/ids.ts";
import type { Link, SqlDriver, WallClock } from "../../protocol/seams.ts";
import { closeParts, type Parts } from "../../hal/open-parts.ts";
import { SimulatedBoard } from "../board.ts";
import { Ear } from "../sounds.ts";
import { usualPlan } from "../wiring.ts";
import { legible } from "../server/screen.ts";
import { hmacKdf } from "./hmac-kdf.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { loadSqliteWasm, type SqliteWasm } from "./sqlite-wasm.ts";
import { VirtualScheduler } from "./virtual-scheduler.ts";

/**
 * The seeded world: a hub and a terminal on a simulated board, disk and wire, under a virtual clock. The code that
 * decides, draws, stores and syncs is the real one. A seed replays to the byte.
 */
export interface WorldOptions {
  readonly seed: number;
  readonly display?: DisplaySize;
  readonly keypad?: "4x4" | "4x3";
  readonly displayBus?: "gpio" | "i2c" | "serial";
  /** Other parts than the usual ones. */
  readonly plan?: PartsPlan;
  readonly night?: Night;
  readonly dim?: Dimming;
  /** Whether the cable is in from the start; it is, unless said otherwise. */
  readonly network?: boolean;
}

/** 2026-11-24T05:02:00Z, 06:02 in Zagreb: the morning of product.md's screens. */
const WORLD_BEGINS_MS = Date.UTC(2026, 10, 24, 5, 2);
const TIME_ZONE = "Europe/Zagreb";
const HUB_KEY_BYTES = 32;

/** How a hand types: quick, but human (facts: the best typists 80 ms a key, people 200). */
const HOLD_MS = 60;
const GAP_MS = 60;
/** Virtual time given to the world to come to rest after a hand has typed: bounce, a PIN check, a repaint. */
const REST_MS = 200;

/** What a simulated disk sets apart for a ledger's last punches: it is all in memory. */
const DISK_SIZES = { reserveBytes: 256 * 1024, lowBytes: 1024 * 1024 };

/** A ledger in this thread ends with the world. */
const NEVER = new Promise<void>(() => undefined);

interface RunningTerminal {
  readonly daemon: Daemon<State>;
  readonly parts: Parts;
}

export class World {
  readonly scheduler: VirtualScheduler;
  readonly board: SimulatedBoard;
  readonly ear: Ear;
  readonly demo: DemoWorkspace;
  readonly #random: SeededRandom;
  readonly #wallClock: WallClock;
  readonly #display: DisplaySize;
  readonly #night: Night | null;
  readonly #dim: Dimming | null;
  readonly #identity: IdentityKeeper;
  readonly #terminalVolume: ReturnType<SqliteWasm["mount"]>;
  readonly #terminalDisk: SimulatedDisk;
  readonly #sqlite: SqliteWasm;
  readonly #hubVolume: ReturnType<SqliteWasm["mount"]>;
  readonly #hubKey: Uint8Array;
  readonly #log = pino({ level: "silent" });
  #hub: HubCore | null;
  #terminal: RunningTerminal | null = null;
  #networkOn: boolean;
  readonly #links = new Set<Link>();
  /** Tries of the terminal to reach the hub. */
  connectionsTried = 0;

  private constructor(world: {
    options: WorldOptions;
    scheduler: VirtualScheduler;
    random: SeededRandom;
    wallClock: WallClock;
    hub: HubCore;
    demo: DemoWorkspace;
    hubKey: Uint8Array;
    hubVolume: ReturnType<SqliteWasm["mount"]>;
    sqlite: SqliteWasm;
  }) {
    const { options, scheduler, random } = world;
    this.scheduler = scheduler;
    this.demo = world.demo;
    this.#random = random;
    this.#wallClock = world.wallClock;
    this.#hub = world.hub;
    this.#hubKey = world.hubKey;
    this.#hubVolume = world.hubVolume;
    this.#networkOn = options.network ?? true;
    const plan = options.plan ?? usualPlan(options);
    this.#display = plan.display.size;
    this.#night = options.night ?? null;
    this.#dim = options.dim ?? null;
    this.#sqlite = world.sqlite;
    this.#terminalDisk = new SimulatedDisk();
    this.#terminalVolume = world.sqlite.mount(this.#terminalDisk);
    let identity: Identity = { ...generateTerminalKeyPair(), paired: null };
    this.#identity = { load: () => identity, save: (changed) => void (identity = changed) };
    this.board = new SimulatedBoard({
      scheduler,
      spinUs: (us) => scheduler.advanceUs(us),
      random: random.fork(),
      plan,
    });
    this.ear = new Ear(this.board.buzzer, scheduler);
  }

  /** Makes a world with the demo workspace, its terminal switched on, claimed and idle. */
  static async create(options: WorldOptions): Promise<World> {
    const sqlite = await loadSqliteWasm();
    const scheduler = new VirtualScheduler();
    const random = new SeededRandom(options.seed);
    const wallClock: WallClock = { wallMs: () => Math.floor(WORLD_BEGINS_MS + scheduler.nowMs()) };
    const hubVolume = sqlite.mount(new SimulatedDisk());
    const hubKey = random.bytes(HUB_KEY_BYTES);
    const log = pino({ level: "silent" });
    const hub = await openHub({
      data: { driver: hubVolume.open("hub.db"), hubKey },
      timeZone: TIME_ZONE,
      firstStart: "demo",
      scheduler,
      wallClock,
      random,
      kdf: hmacKdf,
      logger: log,
    });
    if (hub.demo === null) throw new CodedError("world.demo", "a new world has no demo workspace");
    const { demo } = hub;
    const world = new World({ options, scheduler, random, wallClock, hub, demo, hubKey, hubVolume, sqlite });
    await world.powerOn();
    await world.pass(5_000);
    return world;
  }

  /** What the display's chip shows, glyphs as the letters they draw. */
  screen(): string[] {
    return this.board.chip.rows().map((row) => legible(row, this.board.chip).trimEnd());
  }

  get hub(): HubCore {
    if (this.#hub === null) throw new CodedError("world.hub", "the hub is off");
    return this.#hub;
  }

  get daemon(): Daemon<State> {
    if (this.#terminal === null) throw new CodedError("world.power", "the terminal is off");
    return this.#terminal.daemon;
  }

  /** What the terminal's ledger and roster hold. */
  async status(): Promise<StoreStatus> {
    const { ledger } = this.daemon;
    if (ledger === null) throw new CodedError("world.ledger", "the terminal has no ledger yet");
    return ledger.status();
  }

  /** What the terminal keeps of who it is. */
  get identity(): Identity {
    return this.#identity.load();
  }

  /** Events that a power cut at this very instant would leave in the ledger of the terminal, or of one that it was. */
  durableEvents(terminal = this.#identity.load().paired?.terminal): number {
    if (terminal === undefined) throw new CodedError("world.ledger", "the terminal is not paired");
    const copy = this.#terminalDisk.afterCut();
    const driver = this.#sqlite.mount(copy).open(ledgerFile(terminal));
    try {
      return Number(driver.prepare("SELECT count(*) AS count FROM events").get([])?.["count"]);
    } finally {
      driver.close();
    }
  }

  /** Something happens to the card: the terminal is off. */
  onCard(work: (driver: SqlDriver) => void): void {
    const { paired } = this.#identity.load();
    if (paired === null || this.#terminal !== null) throw new CodedError("world.card", "the card is in use");
    const driver = this.#terminalVolume.open(ledgerFile(paired.terminal));
    try {
      work(driver);
    } finally {
      driver.close();
    }
  }

  /** The hub's events as the terminal wrote them, in the order of its ledger. */
  async textsAtHub(): Promise<string[]> {
    const rows = await this.hub.context.store.queries
      .selectFrom("events")
      .select("text")
      .orderBy("seq")
      .execute();
    return rows.map(({ text }) => text);
  }

  async kindsAtHub(): Promise<string[]> {
    return (await this.textsAtHub()).map((text) => decodeEvent(text).kind);
  }

  /** Names of those the hub takes for in, in its order. */
  async peopleIn(): Promise<string[]> {
    const nowMs = this.#wallClock.wallMs();
    const bounds = dayBounds(dayAt(nowMs, TIME_ZONE), TIME_ZONE);
    const presences = await listPresences(this.hub.context.store.queries, bounds, nowMs);
    return presences.filter(({ state }) => state === "in").map(({ name }) => name);
  }

  /** Lets virtual time pass. */
  pass(ms: number): Promise<void> {
    return this.scheduler.pass(ms);
  }

  /** Types keys as a hand does, each closing and opening its switch, then lets the world come to rest. */
  async type(keys: string): Promise<void> {
    for (const key of keys as Iterable<KeyName>) {
      this.board.matrix.press(key);
      await this.pass(HOLD_MS);
      this.board.matrix.release(key);
      await this.pass(GAP_MS);
    }
    await this.pass(REST_MS);
  }

  setNetwork(on: boolean): void {
    this.#networkOn = on;
    if (on) return;
    for (const link of this.#links) link.close(1006, "");
    this.#links.clear();
  }

  async stopHub(): Promise<void> {
    const { hub } = this;
    this.#hub = null;
    await hub.close();
  }

  async startHub(): Promise<void> {
    this.#hub = await openHub({
      data: { driver: this.#hubVolume.open("hub.db"), hubKey: this.#hubKey },
      timeZone: TIME_ZONE,
      firstStart: "demo",
      scheduler: this.scheduler,
      wallClock: this.#wallClock,
      random: this.#random,
      kdf: hmacKdf,
      logger: this.#log,
    });
  }

  async powerOn(): Promise<void> {
    this.board.setPower(true);
    const parts = await this.board.open();
    const daemon = new Daemon<State>({
      ...parts,
      core: coreFor(this.#display),
      night: this.#night,
      dim: this.#dim,
      identity: this.#identity,
      claimToken: await this.#claimToken(),
      connect: () => this.#connect(),
      loadSync: () => Promise.resolve({ SyncClient, claimTerminal }),
      openLedger: (paired, boot) => Promise.resolve(this.#openLedger(paired, boot)),
      kdf: hmacKdf,
      scheduler: this.scheduler,
      wallClock: this.#wallClock,
      random: this.#random,
      boot: makeId(bootId, this.#random),
      clockQuality: () => "set",
      timeZone: TIME_ZONE,
      software: "world",
      log: this.#log,
      onBroken: (code) => {
        throw new CodedError(code, "the terminal broke");
      },
    });
    this.#terminal = { daemon, parts };
    void daemon.start();
  }

  /** The plug is pulled: unsynced data is lost or not, sector by sector, by chance. */
  async powerOff(): Promise<void> {
    const terminal = this.#terminal;
    if (terminal === null) return;
    this.#terminal = null;
    this.board.setPower(false);
    this.#terminalDisk.cut(this.#random);
    await terminal.daemon.cut();
    // Closing takes virtual time, which nobody lets pass in here.
    void closeParts(terminal.parts);
  }

  #openLedger(
    ...[{ terminal, terminalKey }, boot]: Parameters<ConstructorParameters<typeof Daemon>[0]["openLedger"]>
  ): OpenLedger {
    const kept = openKeptStore({
      volume: this.#terminalVolume,
      file: ledgerFile(terminal),
      terminal,
      boot,
      random: this.#random,
      terminalKey: new Uint8Array(Buffer.from(terminalKey, "base64")),
      privateKey: this.#identity.load().privateKey,
      stamp: () => ownStamp(boot.id, this.scheduler, this.#wallClock, this.#random),
      sizes: DISK_SIZES,
    });
    const chores = new Chores(kept, this.scheduler);
    return {
      port: directLedgerPort(kept.store),
      ended: NEVER,
      cut() {
        chores.stop();
        return Promise.resolve();
      },
    };
  }

  #connect(): Promise<Link> {
    this.connectionsTried += 1;
    if (!this.#networkOn || this.#hub === null) {
      return Promise.reject(new CodedError("link.unreachable", "no hub answers"));
    }
    const [near, far] = linkPair(this.scheduler);
    new TerminalSession(this.#hub.host, far, "world");
    this.#links.add(near);
    return Promise.resolve(near);
  }

  async #claimToken(): Promise<string | null> {
    if (this.#identity.load().paired !== null || this.#hub === null) return null;
    return (await createClaimToken(this.#hub.context, this.demo.kiosk)).token;
  }
}
