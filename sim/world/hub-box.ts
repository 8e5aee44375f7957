import pino from "pino";
import { TerminalSession } from "../../hub/session/session.ts";
import { openHub, type HubCore } from "../../hub/start.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { Link, WallClock } from "../../protocol/seams.ts";
import { hmacKdf } from "./hmac-kdf.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import type { MountedDisk, SqliteWasm } from "./sqlite-wasm.ts";
import type { VirtualScheduler } from "./virtual-scheduler.ts";

const HUB_KEY_BYTES = 32;
const DATABASE = "hub.db";

export interface HubBoxOptions {
  readonly scheduler: VirtualScheduler;
  readonly sqlite: SqliteWasm;
  readonly random: SeededRandom;
  readonly wallClock: WallClock;
  readonly timeZone: string;
  readonly firstStart: "demo" | "empty";
}

/** The machine that a hub runs on: its disk and key stay, the hub comes and goes. */
export class HubBox {
  readonly disk = new SimulatedDisk();
  readonly volume: MountedDisk;
  readonly #options: HubBoxOptions;
  readonly #hubKey: Uint8Array;
  readonly #log = pino({ level: "silent" });
  #hub: HubCore | null = null;

  constructor(options: HubBoxOptions) {
    this.#options = options;
    this.volume = options.sqlite.mount(this.disk);
    this.#hubKey = options.random.bytes(HUB_KEY_BYTES);
  }

  get isOn(): boolean {
    return this.#hub !== null;
  }

  get hub(): HubCore {
    if (this.#hub === null) throw new CodedError("world.hub", "the hub is off");
    return this.#hub;
  }

  async start(): Promise<HubCore> {
    const { scheduler, wallClock, random, timeZone, firstStart } = this.#options;
    this.#hub = await openHub({
      data: { driver: this.volume.open(DATABASE), hubKey: this.#hubKey },
      timeZone,
      firstStart,
      scheduler,
      wallClock,
      random,
      kdf: hmacKdf,
      logger: this.#log,
    });
    return this.#hub;
  }

  /** Says goodbye and closes. */
  async stop(): Promise<void> {
    const { hub } = this;
    this.#hub = null;
    await hub.close();
  }

  /** The power goes; its links have to be cut by whoever made them. */
  cut(): void {
    this.#hub = null;
    this.disk.stop();
    this.volume.closeAll();
    this.disk.cut(this.#options.random);
  }

  /** A terminal's connection has come in on this link. */
  accept(link: Link): void {
    new TerminalSession(this.hub.host, link, "world");
  }
}
