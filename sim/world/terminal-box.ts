import pino from "pino";
import type { Dimming } from "../../device/backlight.ts";
import type { Identity } from "../../device/config/identity.ts";
import type { State } from "../../device/core/state.ts";
import { coreFor } from "../../device/core/step.ts";
import { Daemon, type IdentityKeeper, type OpenLedger } from "../../device/daemon.ts";
import { Chores } from "../../device/ledger/chores.ts";
import { openKeptStore } from "../../device/ledger/kept-store.ts";
import { ownStamp } from "../../device/ledger/own-stamp.ts";
import { makeLedgerPort, perform, valueOf } from "../../device/ledger/port.ts";
import type { TerminalStore } from "../../device/ledger/store.ts";
import { ledgerFile } from "../../device/ledger/worker-port.ts";
import type { Night } from "../../device/night.ts";
import { claimTerminal } from "../../device/sync/claim.ts";
import { SyncClient } from "../../device/sync/sync-client.ts";
import { closeParts, type Parts } from "../../hal/open-parts.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import type { Frame, KeyName } from "../../hal/ports.ts";
import { CodedError } from "../../protocol/errors.ts";
import { bootId, makeId } from "../../protocol/ids.ts";
import type { Link, WallClock } from "../../protocol/seams.ts";
import { SimulatedBoard } from "../board.ts";
import { MachineClock, type MachineClockOptions } from "../chips/machine-clock.ts";
import type { Bounce } from "../chips/switch-matrix.ts";
import { legible } from "../server/screen.ts";
import { hmacKdf } from "./hmac-kdf.ts";
import { seededKeyPair } from "./seeded-keys.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import type { MountedDisk, SqliteWasm } from "./sqlite-wasm.ts";
import type { VirtualScheduler } from "./virtual-scheduler.ts";

/** How a hand types: quick, but human (facts: the best typists 80 ms a key, people 200). */
const HOLD_MS = 60;
const GAP_MS = 60;

/** What a simulated disk sets apart for a ledger's last punches: it is all in memory. */
const DISK_SIZES = { reserveBytes: 256 * 1024, lowBytes: 1024 * 1024 };

/** A ledger in this thread ends with the world. */
const NEVER = new Promise<void>(() => undefined);

export interface TerminalBoxOptions {
  readonly scheduler: VirtualScheduler;
  readonly sqlite: SqliteWasm;
  readonly random: SeededRandom;
  /** What time it truly is. */
  readonly wallClock: WallClock;
  /** The box's own clocks; unless said otherwise they are set by NTP at once, and keep time. */
  readonly clock?: Partial<Omit<MachineClockOptions, "scheduler" | "trueWallMs">>;
  readonly plan: PartsPlan;
  readonly night?: Night | null;
  readonly dim?: Dimming | null;
  readonly bounce?: Bounce;
  readonly timeZone: string;
  readonly connect: () => Promise<Link>;
  /** Asked for at each power-on of a box that is not paired. */
  readonly claimToken: () => Promise<string | null>;
  /** The software ended itself with this code; systemd would start it again. */
  readonly onBroken: (code: string) => void;
  /** A card that was in another box, with what that box was. */
  readonly card?: { readonly disk: SimulatedDisk; readonly identity: Identity };
}

interface Life {
  readonly daemon: Daemon<State>;
  readonly parts: Parts;
}

export interface WantedFrame {
  readonly rows: readonly string[];
  /** The world's time at which it first wanted that. */
  readonly sinceMs: number;
}

/** One box on a wall: a board of chips, a card, and the terminal's software, which lives from power-on to power-off. */
export class TerminalBox {
  readonly board: SimulatedBoard;
  readonly clock: MachineClock;
  readonly disk: SimulatedDisk;
  readonly volume: MountedDisk;
  readonly #options: TerminalBoxOptions;
  readonly #identity: IdentityKeeper;
  readonly #log = pino({ level: "silent" });
  #life: Life | null = null;
  #frame: WantedFrame = { rows: [], sinceMs: 0 };
  #store: TerminalStore | null = null;

  constructor(options: TerminalBoxOptions) {
    const { scheduler, sqlite, random, plan, bounce, card } = options;
    this.#options = options;
    this.clock = new MachineClock({
      ...options.clock,
      scheduler,
      trueWallMs: () => options.wallClock.wallMs(),
    });
    this.disk = card?.disk ?? new SimulatedDisk();
    this.volume = sqlite.mount(this.disk);
    let identity: Identity = card?.identity ?? { ...seededKeyPair(random), paired: null };
    this.#identity = { load: () => identity, save: (changed) => void (identity = changed) };
    this.board = new SimulatedBoard({
      scheduler,
      spinUs: (us) => scheduler.advanceUs(us),
      random: random.fork(),
      plan,
      ...(bounce === undefined ? {} : { bounce }),
    });
  }

  get isOn(): boolean {
    return this.#life !== null;
  }

  get daemon(): Daemon<State> {
    if (this.#life === null) throw new CodedError("world.power", "the terminal is off");
    return this.#life.daemon;
  }

  /** What the terminal keeps of who it is. */
  get identity(): Identity {
    return this.#identity.load();
  }

  /** The ledger as the terminal itself sees it; null while there is none. */
  get store(): TerminalStore | null {
    return this.#store;
  }

  /** Where this terminal's ledger is on its card. Throws CodedError `world.ledger` before it is paired. */
  get ledgerFile(): string {
    const { paired } = this.identity;
    if (paired === null) throw new CodedError("world.ledger", "the terminal is not paired");
    return ledgerFile(paired.terminal);
  }

  /** What the software wants on the glass. */
  get wanted(): WantedFrame {
    return this.#frame;
  }

  /** What the display's chip shows, glyphs as the letters they draw. */
  screen(): string[] {
    return this.board.chip.rows().map((row) => legible(row, this.board.chip).trimEnd());
  }

  /** Presses keys as a hand does, each closing and opening its switch; `pass` lets time go by. */
  async type(keys: string, pass: (ms: number) => Promise<void>): Promise<void> {
    for (const key of keys as Iterable<KeyName>) {
      this.board.matrix.press(key);
      await pass(HOLD_MS);
      this.board.matrix.release(key);
      await pass(GAP_MS);
    }
  }

  async powerOn(): Promise<void> {
    const { random, plan, night, dim } = this.#options;
    this.board.setPower(true);
    this.clock.boot();
    const { scheduler, wallClock } = this.clock;
    const parts = await this.board.open();
    const core = coreFor(plan.display.size);
    this.#rendered({ rows: [] });
    const daemon = new Daemon<State>({
      ...parts,
      core: { ...core, render: (...of) => this.#rendered(core.render(...of)) },
      night: night ?? null,
      dim: dim ?? null,
      identity: this.#identity,
      claimToken: this.identity.paired === null ? await this.#options.claimToken() : null,
      connect: this.#options.connect,
      loadSync: () => Promise.resolve({ SyncClient, claimTerminal }),
      openLedger: (...of) => new Promise((resolve) => resolve(this.#openLedger(...of))),
      kdf: hmacKdf,
      scheduler,
      wallClock,
      random,
      boot: makeId(bootId, random),
      systemClock: () => Promise.resolve(this.clock.system()),
      timeZone: this.#options.timeZone,
      software: "world",
      log: this.#log,
      onBroken: this.#options.onBroken,
      onRestart: () => this.#options.onBroken("terminal.restart"),
    });
    this.#life = { daemon, parts };
    daemon.start().catch((error: unknown) => {
      this.#options.onBroken(error instanceof CodedError ? error.code : String(error));
    });
  }

  /** The plug is pulled: unsynced data is lost or not, sector by sector, by chance. */
  async powerOff(): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    this.#life = null;
    this.#store = null;
    this.board.setPower(false);
    this.disk.stop();
    await life.daemon.cut();
    this.volume.closeAll();
    this.disk.cut(this.#options.random);
    // Closing takes virtual time, which nobody lets pass in here.
    void closeParts(life.parts);
  }

  #rendered(frame: Frame): Frame {
    if (frame.rows.join("\n") !== this.#frame.rows.join("\n")) {
      this.#frame = { rows: frame.rows, sinceMs: this.#options.scheduler.nowMs() };
    }
    return frame;
  }

  #openLedger(
    ...[{ terminal, terminalKey }, boot]: Parameters<ConstructorParameters<typeof Daemon>[0]["openLedger"]>
  ): OpenLedger {
    const { random } = this.#options;
    const { scheduler, wallClock } = this.clock;
    const kept = openKeptStore({
      volume: this.volume,
      file: ledgerFile(terminal),
      terminal,
      boot,
      random,
      terminalKey: new Uint8Array(Buffer.from(terminalKey, "base64")),
      privateKey: this.identity.privateKey,
      stamp: () => ownStamp(boot.id, scheduler, wallClock, random),
      sizes: DISK_SIZES,
    });
    const chores = new Chores(kept, scheduler);
    this.#store = kept.store;
    return {
      port: makeLedgerPort(
        (method, parameters) =>
          new Promise((resolve) => {
            chores.used();
            resolve(valueOf(perform(kept.store, { id: 0, method, parameters })));
          }),
      ),
      ended: NEVER,
      cut() {
        chores.stop();
        return Promise.resolve();
      },
    };
  }
}
