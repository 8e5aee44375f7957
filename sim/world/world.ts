import type { Dimming } from "../../device/backlight.ts";
import type { Identity } from "../../device/config/identity.ts";
import type { State } from "../../device/core/state.ts";
import type { Daemon } from "../../device/daemon.ts";
import type { StoreStatus } from "../../device/ledger/store.ts";
import { ledgerFile } from "../../device/ledger/worker-port.ts";
import type { Night } from "../../device/night.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import type { DisplaySize } from "../../hal/ports.ts";
import type { DemoWorkspace } from "../../hub/demo.ts";
import { dayAt, dayBounds } from "../../hub/punches/days.ts";
import { listPresences } from "../../hub/punches/who-is-in.ts";
import { linkPair } from "../../hub/session/link-pair.ts";
import type { HubCore } from "../../hub/start.ts";
import { createClaimToken } from "../../hub/terminals/claims.ts";
import { decodeEvent } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { Link, SqlDriver, WallClock } from "../../protocol/seams.ts";
import type { SimulatedBoard } from "../board.ts";
import type { MachineClock } from "../chips/machine-clock.ts";
import { Ear } from "../sounds.ts";
import { usualPlan } from "../wiring.ts";
import { HubBox } from "./hub-box.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import { loadSqliteWasm, type SqliteWasm } from "./sqlite-wasm.ts";
import { TerminalBox, type TerminalBoxOptions } from "./terminal-box.ts";
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
  /** How the terminal's own clocks go; set by NTP at once, unless said otherwise. */
  readonly clock?: TerminalBoxOptions["clock"];
  /** What time it truly is when the world begins, milliseconds since 1970. */
  readonly beginsMs?: number;
  /** IANA zone of hub and kiosk. */
  readonly timeZone?: string;
}

/** 2026-11-24T05:02:00Z, 06:02 in Zagreb: the morning of product.md's screens. */
const WORLD_BEGINS_MS = Date.UTC(2026, 10, 24, 5, 2);
const TIME_ZONE = "Europe/Zagreb";
/** Virtual time given to the world to come to rest after a hand has typed: bounce, a PIN check, a repaint. */
const REST_MS = 200;

interface WorldParts {
  readonly scheduler: VirtualScheduler;
  readonly random: SeededRandom;
  readonly wallClock: WallClock;
  readonly hub: HubBox;
  readonly demo: DemoWorkspace;
}

export class World {
  readonly scheduler: VirtualScheduler;
  readonly ear: Ear;
  readonly demo: DemoWorkspace;
  readonly #wallClock: WallClock;
  readonly #terminal: TerminalBox;
  readonly #sqlite: SqliteWasm;
  readonly #hub: HubBox;
  #networkOn: boolean;
  readonly #links = new Set<Link>();
  /** Tries of the terminal to reach the hub. */
  connectionsTried = 0;

  private constructor(options: WorldOptions, sqlite: SqliteWasm, world: WorldParts) {
    const { scheduler, random, wallClock, hub, demo } = world;
    this.scheduler = scheduler;
    this.demo = demo;
    this.#wallClock = wallClock;
    this.#hub = hub;
    this.#sqlite = sqlite;
    this.#networkOn = options.network ?? true;
    this.#terminal = new TerminalBox({
      scheduler,
      sqlite,
      random,
      wallClock,
      plan: options.plan ?? usualPlan(options),
      night: options.night ?? null,
      dim: options.dim ?? null,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      timeZone: options.timeZone ?? TIME_ZONE,
      connect: () => this.#connect(),
      claimToken: () => this.#claimToken(),
      onBroken: (code) => {
        if (code !== "terminal.restart") throw new CodedError(code, "the terminal broke");
        void this.powerOff().then(() => this.powerOn());
      },
    });
    this.ear = new Ear(this.board.buzzer, scheduler);
  }

  /** Makes a world with the demo workspace, its terminal switched on, claimed and idle. */
  static async create(options: WorldOptions): Promise<World> {
    const sqlite = await loadSqliteWasm();
    const scheduler = new VirtualScheduler();
    const random = new SeededRandom(options.seed);
    const { beginsMs = WORLD_BEGINS_MS, timeZone = TIME_ZONE } = options;
    const wallClock: WallClock = { wallMs: () => Math.floor(beginsMs + scheduler.nowMs()) };
    const hub = new HubBox({ scheduler, sqlite, random, wallClock, timeZone, firstStart: "demo" });
    const { demo } = await hub.start();
    if (demo === null) throw new CodedError("world.demo", "a new world has no demo workspace");
    const world = new World(options, sqlite, { scheduler, random, wallClock, hub, demo });
    await world.powerOn();
    await world.pass(5_000);
    return world;
  }

  get board(): SimulatedBoard {
    return this.#terminal.board;
  }

  /** The terminal's own. */
  get clock(): MachineClock {
    return this.#terminal.clock;
  }

  /** The card in the terminal. */
  get disk(): SimulatedDisk {
    return this.#terminal.disk;
  }

  /** What time it truly is. */
  trueWallMs(): number {
    return this.#wallClock.wallMs();
  }

  /** What the display's chip shows, glyphs as the letters they draw. */
  screen(): string[] {
    return this.#terminal.screen();
  }

  get hub(): HubCore {
    return this.#hub.hub;
  }

  get daemon(): Daemon<State> {
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
    return this.#terminal.identity;
  }

  /** Events that a power cut at this very instant would leave in the ledger of the terminal, or of one that it was. */
  durableEvents(terminal = this.identity.paired?.terminal): number {
    if (terminal === undefined) throw new CodedError("world.ledger", "the terminal is not paired");
    const copy = this.#sqlite.mount(this.#terminal.disk.afterCut());
    try {
      const driver = copy.open(ledgerFile(terminal));
      return Number(driver.prepare("SELECT count(*) AS count FROM events").get([])?.["count"]);
    } finally {
      copy.unmount();
    }
  }

  /** Something happens to the card: the terminal is off. */
  onCard(work: (driver: SqlDriver) => void): void {
    if (this.#terminal.isOn) throw new CodedError("world.card", "the card is in use");
    const driver = this.#terminal.volume.open(this.#terminal.ledgerFile);
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
    await this.#terminal.type(keys, (ms) => this.pass(ms));
    await this.pass(REST_MS);
  }

  setNetwork(on: boolean): void {
    this.#networkOn = on;
    if (on) return;
    for (const link of this.#links) link.close(1006, "");
    this.#links.clear();
  }

  stopHub(): Promise<void> {
    return this.#hub.stop();
  }

  async startHub(): Promise<void> {
    await this.#hub.start();
  }

  powerOn(): Promise<void> {
    return this.#terminal.powerOn();
  }

  /** The plug is pulled: unsynced data is lost or not, sector by sector, by chance. */
  powerOff(): Promise<void> {
    return this.#terminal.powerOff();
  }

  #connect(): Promise<Link> {
    this.connectionsTried += 1;
    if (!this.#networkOn || !this.#hub.isOn) {
      return Promise.reject(new CodedError("link.unreachable", "no hub answers"));
    }
    const [near, far] = linkPair(this.scheduler);
    this.#hub.accept(far);
    this.#links.add(near);
    return Promise.resolve(near);
  }

  async #claimToken(): Promise<string | null> {
    if (!this.#hub.isOn) return null;
    return (await createClaimToken(this.hub.context, this.demo.kiosk)).token;
  }
}
