import { join } from "node:path";
import type { Logger } from "pino";
import type { Dimming } from "../device/backlight.ts";
import { coreFor } from "../device/core/step.ts";
import type { State } from "../device/core/state.ts";
import { Daemon, identityInFolder } from "../device/daemon.ts";
import { ledgerFile, startWorkerLedger } from "../device/ledger/worker-port.ts";
import type { Night } from "../device/night.ts";
import { claimTerminal } from "../device/sync/claim.ts";
import { SyncClient } from "../device/sync/sync-client.ts";
import type { PartsPlan } from "../hal/plan.ts";
import type { CardNumber, KeyName } from "../hal/ports.ts";
import type { DemoWorkspace } from "../hub/demo.ts";
import { listKiosks } from "../hub/kiosks/kiosks.ts";
import { listPeople } from "../hub/people/people.ts";
import { startHub, type RunningHub } from "../hub/start.ts";
import { createClaimToken } from "../hub/terminals/claims.ts";
import { codeOf, CodedError } from "../protocol/errors.ts";
import { bootId, makeId } from "../protocol/ids.ts";
import type { Kdf, Random, Scheduler, WallClock } from "../protocol/seams.ts";
import { makeFolder } from "../protocol/seams/folders.ts";
import { openWebSocketLink } from "../protocol/seams/ws-link.ts";
import type { PageAssets } from "../systemd/bundle-page.ts";
import { closeParts, type Parts } from "../hal/open-parts.ts";
import { SimulatedBoard } from "./board.ts";
import { busyWait } from "../hal/gpio/gpiochip.ts";
import { MachineClock } from "./chips/machine-clock.ts";
import { Relay } from "./relay.ts";
import type { CardsReply, PressRequest, StateReply, SwitchablePart } from "./server/schemas.ts";
import { Ear } from "./sounds.ts";

export interface SimulatorOptions {
  readonly dataDir: string;
  /** The hub's port; 0 picks a free one. */
  readonly hubPort: number;
  /** Which parts the terminal has and how they are wired. */
  readonly plan: PartsPlan;
  readonly night: Night | null;
  readonly dim: Dimming | null;
  /** IANA zone of the demo workspace, and of the terminal until it knows its kiosk's. */
  readonly timeZone: string;
  readonly hubPage: PageAssets;
  readonly scheduler: Scheduler;
  readonly wallClock: WallClock;
  readonly random: Random;
  readonly kdf: Kdf;
  readonly software: string;
  readonly log: Logger;
}

const LEDGER_WORKER = new URL("../device/ledger/worker.ts", import.meta.url);
/**
 * Waits are cut into slices. Finger and scanner live in one process here: when it stalls, the finger must not have left
 * the key by the time that the scanner gets to look.
 */
const SLICE_MS = 10;
/** A contact is answered when it has been closed for so long: what is released then was seen. */
const CONTACT_MS = 30;
/** A card is read by then: its number takes 15 ms on the wire, once it is noticed. */
const CARD_MS = 100;
/** Presses that may wait for others to finish. */
const MAX_PRESSES_WAITING = 16;

interface RunningTerminal {
  readonly daemon: Daemon<State>;
  readonly parts: Parts;
}

/**
 * One terminal and one hub in this process, put together of the same code as the real ones; only the board is
 * simulated. Power, network and hub can each be switched off and on.
 */
export class Simulator {
  readonly board: SimulatedBoard;
  readonly ear: Ear;
  readonly #options: SimulatorOptions;
  /** The terminal's kernel's: this machine's time, well kept. */
  readonly #clock: MachineClock;
  readonly #relay: Relay;
  #hub: RunningHub | null;
  readonly #hubPort: number;
  readonly #hubUrl: string;
  #terminal: RunningTerminal | null = null;
  /** Switching is slower than a click: one at a time. */
  #switching: Promise<void> = Promise.resolve();
  #pressing: Promise<void> = Promise.resolve();
  #pressesWaiting = 0;
  /** The PINs of a demo workspace made by this start, else null. */
  readonly demo: DemoWorkspace | null;

  private constructor(options: SimulatorOptions, hub: RunningHub, relay: Relay) {
    this.#options = options;
    this.#relay = relay;
    this.#hub = hub;
    this.#hubPort = hub.port;
    this.#hubUrl = hub.url;
    this.demo = hub.demo;
    const { scheduler, random, plan, wallClock } = options;
    this.#clock = new MachineClock({ scheduler, trueWallMs: () => wallClock.wallMs() });
    this.board = new SimulatedBoard({ scheduler, spinUs: busyWait(scheduler), random, plan });
    this.ear = new Ear(this.board.buzzer, scheduler);
  }

  /** Starts hub and terminal. Rejects with the hub's codes, or `sim.data` for a folder that cannot be used. */
  static async start(options: SimulatorOptions): Promise<Simulator> {
    const terminalFolder = join(options.dataDir, "terminal");
    try {
      makeFolder(terminalFolder);
    } catch (cause) {
      throw new CodedError("sim.data", `cannot make the data folder ${terminalFolder}: ${codeOf(cause)}`, {
        cause,
      });
    }
    const hub = await openHub(options, options.hubPort);
    const simulator = new Simulator(options, hub, await Relay.open(hub.port));
    await simulator.#powerOn();
    return simulator;
  }

  async state(): Promise<StateReply> {
    let ledger: StateReply["ledger"] = null;
    try {
      const status = (await this.#terminal?.daemon.ledger?.status()) ?? null;
      if (status !== null) {
        ledger = { events: status.head.seq, acknowledged: status.ackedSeq, unsent: status.unsent };
      }
    } catch {
      // The store's thread has just ended: there are no counts to tell.
      ledger = null;
    }
    return {
      power: this.#terminal !== null,
      network: this.#relay.connected,
      hub: this.#hub !== null,
      hubUrl: this.#hubUrl,
      keypad: this.board.layout.map((row) => [...row]),
      reader: this.board.hasReader,
      ledger,
      violations: this.board.violations,
    };
  }

  /** Presses keys one after the other; resolves when the last is up and its gap is over. */
  press(request: PressRequest): Promise<void> {
    if (this.#pressesWaiting >= MAX_PRESSES_WAITING) {
      return Promise.reject(new CodedError("sim.busy", `${MAX_PRESSES_WAITING} requests press keys already`));
    }
    for (const { key } of request.keys) this.#checkKey(key);
    this.#pressesWaiting += 1;
    const pressed = this.#pressing.then(async () => {
      for (const { key, holdMs, gapMs } of request.keys) {
        this.board.matrix.press(key);
        await this.#pause(holdMs);
        this.board.matrix.release(key);
        await this.#pause(gapMs);
      }
      this.#pressesWaiting -= 1;
    });
    this.#pressing = pressed;
    return pressed;
  }

  /** Puts a finger on a key or takes it off; resolves when the terminal has had the time to notice. */
  async contact(key: KeyName, closed: boolean): Promise<void> {
    this.#checkKey(key);
    if (closed) this.board.matrix.press(key);
    else this.board.matrix.release(key);
    await this.#pause(CONTACT_MS);
  }

  /** Who has a card, as the hub knows; nobody while it is off. */
  async cards(): Promise<CardsReply["cards"]> {
    if (this.#hub === null) return [];
    const people = await listPeople(this.#hub.context.store.queries);
    return people.flatMap(({ name, card, active }) => (card === null || !active ? [] : [{ name, card }]));
  }

  /**
   * Holds a card to the reader; resolves when the terminal has had the time to read it. Rejects with CodedError `sim.reader` where there is
   * none, `sim.card` for a card that this reader could not tell.
   */
  async holdCard(card: CardNumber): Promise<void> {
    if (!this.board.hasReader) throw new CodedError("sim.reader", "this terminal has no card reader");
    try {
      this.board.holdCard(card);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new CodedError("sim.card", cause.message, { cause });
    }
    await this.#pause(CARD_MS);
  }

  /** Switches a part; resolves when it is so. Already being so is fine. */
  switch(part: SwitchablePart, on: boolean): Promise<void> {
    const switched = this.#switching.then(() => this.#switch(part, on));
    this.#switching = switched.catch(() => undefined);
    return switched;
  }

  async close(): Promise<void> {
    await this.#switching;
    const terminal = this.#terminal;
    this.#terminal = null;
    if (terminal !== null) {
      await terminal.daemon.close();
      await closeParts(terminal.parts);
    }
    await this.#relay.close();
    await this.#hub?.close();
    this.#hub = null;
  }

  async #switch(part: SwitchablePart, on: boolean): Promise<void> {
    switch (part) {
      case "network":
        this.#relay.setConnected(on);
        return;
      case "hub":
        if (on) this.#hub ??= await openHub(this.#options, this.#hubPort);
        else {
          const hub = this.#hub;
          this.#hub = null;
          await hub?.close();
        }
        return;
      case "power":
        if (on && this.#terminal === null) await this.#powerOn();
        if (!on) await this.#powerOff();
        return;
    }
  }

  async #powerOn(): Promise<void> {
    const { random, dataDir, plan, log } = this.#options;
    const folder = join(dataDir, "terminal");
    this.board.setPower(true);
    const parts = await this.board.open();
    const daemon = new Daemon<State>({
      ...this.#options,
      ...parts,
      core: coreFor(plan.display.size),
      identity: identityInFolder(folder),
      claimToken: await this.#claimToken(folder),
      connect: () => openWebSocketLink(`ws://127.0.0.1:${this.#relay.port}/terminal`),
      loadSync: () => Promise.resolve({ SyncClient, claimTerminal }),
      openLedger: ({ terminal, terminalKey }, boot) =>
        startWorkerLedger(
          {
            path: join(folder, ledgerFile(terminal)),
            terminal,
            terminalKey,
            privateKey: identityInFolder(folder).load().privateKey,
            boot: { ...boot },
          },
          LEDGER_WORKER,
        ),
      boot: makeId(bootId, random),
      systemClock: () => Promise.resolve(this.#clock.system()),
      onRestart: () => void this.#restart(),
      onBroken: (code) => log.error({ code }, "the terminal is broken: switch it off and on"),
    });
    this.#terminal = { daemon, parts };
    // Claiming may take until the hub is there; the terminal is on all the while.
    daemon.start().catch((error: unknown) => {
      log.error({ code: codeOf(error) }, "the terminal could not start");
    });
  }

  /** The software ends in good order, and begins anew. */
  #restart(): Promise<void> {
    const restarted = this.#switching.then(async () => {
      const terminal = this.#terminal;
      if (terminal === null) return;
      this.#terminal = null;
      await terminal.daemon.close();
      await closeParts(terminal.parts);
      await this.#powerOn();
    });
    this.#switching = restarted.catch((error: unknown) => {
      this.#options.log.error({ code: codeOf(error) }, "the terminal could not be restarted");
    });
    return this.#switching;
  }

  /** The plug is pulled: nothing is saved on the way down. */
  async #powerOff(): Promise<void> {
    const terminal = this.#terminal;
    if (terminal === null) return;
    this.#terminal = null;
    this.board.setPower(false);
    await terminal.daemon.cut();
    await closeParts(terminal.parts);
  }

  /** What an admin would copy from the hub's page into punchbox.toml; null once the terminal has an identity. */
  async #claimToken(folder: string): Promise<string | null> {
    if (identityInFolder(folder).load().paired !== null || this.#hub === null) return null;
    const { context } = this.#hub;
    const [kiosk] = await listKiosks(context.store.queries);
    return kiosk === undefined ? null : (await createClaimToken(context, kiosk.kiosk)).token;
  }

  #checkKey(key: KeyName): void {
    if (!this.board.matrix.keys.includes(key)) {
      throw new CodedError(
        "sim.key",
        `this keypad has no such key: it has ${this.board.matrix.keys.join(" ")}`,
      );
    }
  }

  async #pause(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= SLICE_MS) {
      const sliceMs = Math.min(SLICE_MS, leftMs);
      await new Promise<void>((resolve) => void this.#options.scheduler.after(sliceMs, resolve));
    }
  }
}

function openHub(options: SimulatorOptions, port: number): Promise<RunningHub> {
  return startHub({
    data: { dataDir: join(options.dataDir, "hub") },
    port,
    host: "127.0.0.1",
    assets: options.hubPage,
    timeZone: options.timeZone,
    firstStart: "demo",
    scheduler: options.scheduler,
    wallClock: options.wallClock,
    random: options.random,
    kdf: options.kdf,
    logger: options.log.child({ part: "hub" }),
  });
}
