import type { KioskId, PersonId, TerminalId } from "../../../protocol/ids.ts";
import type { Link } from "../../../protocol/seams.ts";
import { CodedError } from "../../../protocol/errors.ts";
import type { PartsPlan } from "../../../hal/plan.ts";
import type { KeyName } from "../../../hal/ports.ts";
import { createClaimToken } from "../../../hub/terminals/claims.ts";
import type { Bounce } from "../../chips/switch-matrix.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { SqliteWasm } from "../sqlite-wasm.ts";
import { TerminalBox, type TerminalBoxOptions } from "../terminal-box.ts";
import type { Site } from "./site.ts";
import { Turns, type Stage } from "./stage.ts";
import { FaultyWire } from "./wire.ts";

/** Time that systemd leaves between two lives of the software. */
const RESTART_MS = 1_000;

/** A PIN that somebody typed whole at a terminal, for a person. */
export interface Attempt {
  readonly person: PersonId;
  readonly pin: string;
  readonly atMs: number;
}

export interface PostOptions {
  readonly name: string;
  readonly stage: Stage;
  readonly sqlite: SqliteWasm;
  readonly random: SeededRandom;
  readonly site: Site;
  readonly kiosk: KioskId;
  readonly plan: PartsPlan;
  readonly bounce?: Bounce;
  readonly trueMs: () => number;
  readonly clock?: TerminalBoxOptions["clock"];
  /** Of a box with a copy of another one's card. */
  readonly card?: TerminalBoxOptions["card"];
}

/** A terminal at its place on a wall, with the people before it, its clock, and its wire to the hub. */
export class Post {
  readonly name: string;
  readonly options: PostOptions;
  readonly site: Site;
  readonly kiosk: KioskId;
  readonly box: TerminalBox;
  readonly queue = new Turns();
  readonly attempts: Attempt[] = [];
  /** A fault makes of what is typed, or of what the glass shows, something else until then. */
  keysTroubledUntilMs = 0;
  glassTroubledUntilMs = 0;
  /** At the last look a nibble was about to be lost. */
  wasDropping = false;
  /** A bit of its card is another one than was written, for the rest of the store's life. */
  isRotten = false;
  /** Its card is, or has, a copy: one store may have two histories. */
  isCopied = false;
  isNetworkOn = true;
  delayMs: () => number = () => 0;
  wire: FaultyWire | null = null;
  poweredSinceMs = 0;
  readonly #stage: Stage;
  #restarting = false;

  constructor(options: PostOptions) {
    const { stage, sqlite, random, site, kiosk, plan, bounce, trueMs, name, clock, card } = options;
    this.options = options;
    this.name = name;
    this.site = site;
    this.kiosk = kiosk;
    this.#stage = stage;
    this.box = new TerminalBox({
      scheduler: stage.scheduler,
      sqlite,
      random,
      wallClock: { wallMs: trueMs },
      plan,
      ...(bounce === undefined ? {} : { bounce }),
      ...(clock === undefined ? {} : { clock }),
      ...(card === undefined ? {} : { card }),
      timeZone: "UTC",
      connect: () => this.#connect(),
      claimToken: () => this.#claimToken(),
      onBroken: () => stage.begin(() => this.#restart()),
    });
  }

  get terminal(): TerminalId | null {
    return this.box.identity.paired?.terminal ?? null;
  }

  async press(key: KeyName, holdMs: number, gapMs: number): Promise<void> {
    this.box.board.matrix.press(key);
    await this.#stage.sleep(holdMs);
    this.box.board.matrix.release(key);
    await this.#stage.sleep(gapMs);
  }

  async powerOn(): Promise<void> {
    if (this.box.isOn) return;
    await this.#stage.outside(async () => {
      if (this.box.isOn) return;
      this.poweredSinceMs = this.#stage.nowMs;
      await this.box.powerOn();
    });
  }

  async powerOff(): Promise<void> {
    if (!this.box.isOn) return;
    await this.box.powerOff();
    // A socket whose machine is gone tells nobody.
    this.wire?.lose("up");
    this.wire = null;
  }

  /** The network of this place comes or goes; what is under way is lost, and nobody is told. */
  setNetwork(isOn: boolean): void {
    this.isNetworkOn = isOn;
    this.box.clock.setNtp(isOn);
    if (isOn) return;
    this.wire?.lose("up");
    this.wire?.lose("down");
  }

  async #restart(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    await this.powerOff();
    await this.#stage.sleep(RESTART_MS);
    this.#restarting = false;
    await this.powerOn();
  }

  #connect(): Promise<Link> {
    if (!this.isNetworkOn || !this.site.box.isOn) {
      return Promise.reject(new CodedError("link.unreachable", "no hub answers"));
    }
    const wire = new FaultyWire(this.#stage.scheduler, () => this.delayMs());
    this.wire = wire;
    this.site.accept(wire);
    return Promise.resolve(wire.near);
  }

  async #claimToken(): Promise<string | null> {
    if (!this.site.box.isOn) return null;
    return (await createClaimToken(this.site.box.hub.context, this.kiosk)).token;
  }
}
