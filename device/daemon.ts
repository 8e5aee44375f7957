import type { Logger } from "pino";
import type {
  CharacterDisplay,
  Keypad,
  Leds,
  PartHealth,
  Reader,
  Sounder,
  SystemClock,
} from "../hal/ports.ts";
import { codeOf, CodedError } from "../protocol/errors.ts";
import type { BootId, TerminalId } from "../protocol/ids.ts";
import type { Kdf, Link, Random, Scheduler, WallClock } from "../protocol/seams.ts";
import {
  loadIdentity,
  saveIdentity,
  unpairedIdentity,
  type Identity,
  type Paired,
  type PairedIdentity,
} from "./config/identity.ts";
import type { Dimming } from "./backlight.ts";
import type { Core, Now } from "./core/types.ts";
import { DiskWatch } from "./health/disk-watch.ts";
import { HealthEvents } from "./health/health-events.ts";
import { PartFaults, type PartName, type WatchedParts } from "./health/part-faults.ts";
import { Pulse } from "./health/pulse.ts";
import type { LedgerPort } from "./ledger/port.ts";
import type { Boot } from "./ledger/store.ts";
import type { Night } from "./night.ts";
import { tellingOfLostRoster } from "./roster/lost-roster.ts";
import { pauseBoundMs } from "./sync/backoff.ts";
import type { claimTerminal } from "./sync/claim.ts";
import type { TerminalCommand } from "./sync/parts.ts";
import type { SyncClient } from "./sync/sync-client.ts";
import { Terminal } from "./terminal.ts";
import { localTime } from "./time/local-time.ts";
import { TerminalClock } from "./time/terminal-clock.ts";

export interface DaemonParts<State> {
  readonly core: Core<State>;
  readonly display: CharacterDisplay;
  readonly keypad: Keypad;
  readonly sounder: Sounder;
  readonly leds: Leds | null;
  readonly reader: Reader | null;
  readonly night: Night | null;
  readonly dim: Dimming | null;
  readonly openLedger: (paired: Paired, boot: Boot) => Promise<OpenLedger>;
  readonly identity: IdentityKeeper;
  /** From the config file or the simulator; null when the box waits to be paired by hand. */
  readonly claimToken: string | null;
  readonly connect: () => Promise<Link>;
  /** What talks with the hub: keys need not wait for it to be loaded. */
  readonly loadSync: () => Promise<SyncModules>;
  readonly kdf: Kdf;
  readonly scheduler: Scheduler;
  readonly wallClock: WallClock;
  readonly random: Random;
  readonly boot: BootId;
  /** What the machine knows of its wall clock; asked for once keys are taken. */
  readonly systemClock: () => Promise<SystemClock>;
  readonly timeZone: string;
  readonly software: string;
  readonly log: Logger;
  /** Something is broken that this life cannot mend (`store.gone`): the root ends it, and a new one begins. */
  readonly onBroken: (code: string) => void;
  /** An admin asked for a new life: the root ends this one in good order. */
  readonly onRestart: () => void;
}

export interface SyncModules {
  readonly SyncClient: typeof SyncClient;
  readonly claimTerminal: typeof claimTerminal;
}

export interface OpenLedger {
  readonly port: LedgerPort;
  /** Resolves when it can do no more, whyever. */
  readonly ended: Promise<void>;
  /** Ends it where it stands, as a power cut would. */
  cut(): Promise<void>;
}

/** Where the identity rests: a folder on a terminal, memory in the seeded world. */
export interface IdentityKeeper {
  load(): Identity;
  save(identity: Identity): void;
}

export function identityInFolder(folder: string): IdentityKeeper {
  return { load: () => loadIdentity(folder), save: (identity) => saveIdentity(folder, identity) };
}

/** Tries to claim before the box gives up and waits for a restart: about a day at the longest pause. */
const MAX_CLAIM_TRIES = 1_500;

/** Between looks whether somebody is still at a terminal that is to restart, and how many of them: a minute. */
const RESTART_WAIT_MS = 1_000;
const MAX_RESTART_WAITS = 60;

/**
 * One life of the terminal's software: claims an identity if it has none, opens the ledger, takes keys, keeps in step
 * with the hub. The same in every world; the roots differ in what they hand in.
 */
export class Daemon<State> {
  readonly #parts: DaemonParts<State>;
  #ledger: OpenLedger | null = null;
  #terminal: Terminal<State> | null = null;
  #sync: SyncClient | null = null;
  #over = false;
  readonly #cancelWaits = new Set<() => void>();
  readonly #faults: PartFaults;
  #healthEvents: HealthEvents | null;
  readonly #clock: TerminalClock;
  #diskWatch: DiskWatch | null = null;
  /** Probes the parts, and wakes whatever else goes by the clock. */
  readonly pulse: Pulse;

  constructor(parts: DaemonParts<State>) {
    this.#parts = parts;
    const { scheduler, log } = parts;
    const clock = new TerminalClock(parts);
    this.#clock = clock;
    const watched = watchedParts(parts);
    this.#faults = new PartFaults(watched, log);
    this.#healthEvents = new HealthEvents(() => scheduler.nowMs(), log);
    // On the minutes that the screen shows.
    const shown = { wallMs: () => clock.now().wallMs };
    this.pulse = new Pulse({ parts: watched, faults: this.#faults, scheduler, wallClock: shown });
    this.#faults.onChange((part, code) => this.#healthEvents?.changed(part, code));
    this.pulse.onBeat(() => {
      clock.beat();
      this.#terminal?.minute();
      this.#sync?.beat();
      this.#healthEvents?.catchUp();
      void this.#diskWatch?.beat();
    });
  }

  /** Resolves when keys are taken. Rejects with the code of what is broken (`store.open`, `identity.damaged`, ...). */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      // Closed half-way: what it was doing failed for that reason, and nobody wants to know.
      if (!this.#isOver()) throw error;
    }
  }

  async #start(): Promise<void> {
    this.#show(this.#parts.core.initial);
    this.pulse.start();
    const paired = await this.#paired();
    if (paired === null) return;
    const parts = this.#parts;
    const boot = { id: parts.boot, startedMs: parts.scheduler.nowMs() };
    const opening = parts.openLedger(paired.paired, boot);
    // A time zone's first use is slow: it falls into the time in which the store opens.
    localTime(parts.wallClock.wallMs(), parts.timeZone);
    const opened = await opening;
    if (this.#isOver()) {
      await opened.cut();
      return;
    }
    const ledger = { ...opened, port: tellingOfLostRoster(opened.port, () => this.#rosterLost()) };
    this.#ledger = ledger;
    void ledger.ended.then(() => {
      if (this.#ledger === ledger && !this.#over) parts.onBroken("store.gone");
    });

    const terminal = new Terminal<State>(parts.core, {
      ...parts,
      ledger: ledger.port,
      clock: this.#clock,
      checker: {
        kdf: parts.kdf,
        terminalKey: new Uint8Array(Buffer.from(paired.paired.terminalKey, "base64")),
      },
      onRecorded: () => {
        this.#diskWatch?.used();
        this.#sync?.poke();
      },
    });
    this.#diskWatch = new DiskWatch(ledger.port, parts.log, (trouble) => terminal.diskChanged(trouble));
    this.#terminal = terminal;
    await terminal.start();
    this.#faults.onChange((part, code) => terminal.partChanged(part, code));
    this.#healthEvents?.open((draft) => terminal.recordEvent(draft));
    this.#clock.onChange(() => terminal.minute());
    parts.scheduler.soon(() => {
      void this.#askForTime(terminal, ledger);
      this.#keepInStep(terminal, ledger, paired).catch((error: unknown) => parts.onBroken(codeOf(error)));
    });
  }

  /** Where the machine cannot say anything, whoever keeps its clock is believed. */
  async #askForTime(terminal: Terminal<State>, { port }: OpenLedger): Promise<void> {
    try {
      const [system, earlier] = await Promise.all([this.#parts.systemClock(), port.earlierLife()]);
      if (!this.#isOver()) this.#clock.open(system, earlier, (draft) => terminal.recordEvent(draft));
    } catch (error) {
      this.#parts.log.error({ code: codeOf(error) }, "the machine cannot be asked about its clock");
    }
  }

  async #keepInStep(
    terminal: Terminal<State>,
    { port }: OpenLedger,
    identity: PairedIdentity,
  ): Promise<void> {
    const { SyncClient } = await this.#parts.loadSync();
    if (this.#isOver()) return;
    this.#sync = new SyncClient({
      ...this.#parts,
      ledger: port,
      identity,
      onRoster: () => void terminal.rosterChanged(),
      onPeople: (people, leaving) => terminal.peopleChanged(people, leaving),
      onRevoked: () => void this.#leavePlace(),
      onLink: (state) => terminal.linkChanged(state),
      clock: () => this.#clock.raw().clock,
      onHubTime: (time) => this.#clock.told(time),
      onCommand: ({ act }) => this.#command(act, terminal, identity.paired.terminal),
    });
    this.#sync.start();
  }

  async #command(act: TerminalCommand["act"], terminal: Terminal<State>, id: TerminalId): Promise<string> {
    switch (act) {
      case "identify":
        return terminal.identify(id);
      case "unlock":
        await terminal.unlock();
        return "done";
      case "restart":
        this.#restartSoon(terminal, MAX_RESTART_WAITS);
        return "done";
    }
  }

  /** The hub is to have its answer first, and whoever is at the terminal to be through. */
  #restartSoon(terminal: Terminal<State>, waitsLeft: number): void {
    const { scheduler, log, onRestart } = this.#parts;
    scheduler.after(RESTART_WAIT_MS, () => {
      if (this.#isOver()) return;
      if (!terminal.isIdle() && waitsLeft > 0) {
        this.#restartSoon(terminal, waitsLeft - 1);
        return;
      }
      log.warn({ code: "terminal.restart" }, "restarting, as an admin asked");
      onRestart();
    });
  }

  /**
   * This terminal has no place any more: it forgets its keys, and what it recorded stays beside, whole. Who pairs it anew
   * gets another terminal, with a ledger of its own.
   */
  async #leavePlace(): Promise<void> {
    const { core, identity, log } = this.#parts;
    const ledger = this.#ledger;
    this.#ledger = null;
    this.#sync = null;
    this.#healthEvents = null;
    this.#diskWatch = null;
    this.#terminal?.close();
    this.#terminal = null;
    this.#show(core.step(core.initial, { type: "unpaired" }, this.#now()).state);
    try {
      identity.save(unpairedIdentity());
      log.warn({ code: "terminal.revoked" }, "not paired any more: waiting to be paired");
      await ledger?.port.close();
    } catch (error) {
      // The roster is gone all the same, and the hub says it again to who comes with the old identity.
      log.error({ code: codeOf(error) }, "the old identity could not be put away");
    }
  }

  /** The roster on the card could not be read and was forgotten: the hub has it. */
  #rosterLost(): void {
    this.#parts.log.error({ code: "roster.sealed" }, "the roster could not be read; asking the hub for it");
    this.#sync?.rosterLost();
    void this.#terminal?.rosterChanged();
  }

  /** Counts of the ledger, for the simulator's API and the service menu; null before it is open. */
  get ledger(): LedgerPort | null {
    return this.#ledger?.port ?? null;
  }

  /** Stops taking keys, closes link and ledger; the parts are closed by who opened them. */
  async close(): Promise<void> {
    this.#stop();
    await this.#ledger?.port.close();
  }

  /** The power goes: nothing is closed or written any more. For the simulator. */
  async cut(): Promise<void> {
    this.#stop();
    await this.#ledger?.cut();
  }

  #stop(): void {
    this.#over = true;
    for (const cancel of this.#cancelWaits) cancel();
    this.pulse.stop();
    this.#faults.close();
    this.#terminal?.close();
    this.#sync?.stop();
  }

  /** The identity, claimed if need be; null when stopped meanwhile. */
  async #paired(): Promise<PairedIdentity | null> {
    const identity = this.#parts.identity.load();
    if (identity.paired !== null) return { ...identity, paired: identity.paired };
    const { core } = this.#parts;
    this.#show(core.step(core.initial, { type: "unpaired" }, this.#now()).state);
    const { claimToken, log, random } = this.#parts;
    if (claimToken === null) {
      log.warn({ code: "claim.none" }, "not paired and no claim token: waiting to be paired");
      return null;
    }
    for (let tries = 0; tries < MAX_CLAIM_TRIES && !this.#isOver(); tries += 1) {
      try {
        return await this.#claim(identity, claimToken);
      } catch (error) {
        // Closed while it claimed: that is why, and nobody wants to know.
        if (this.#isOver()) return null;
        const code = codeOf(error);
        if (code === "protocol.version") throw error;
        if (code === "claim.refused") {
          // As after it was unpaired, with the token that once paired it still in its config file.
          log.error({ code }, "the hub refused the claim token: not paired, waiting for another");
          return null;
        }
        if (tries === 0)
          log.warn({ code }, "the hub could not be reached to claim this terminal; trying again");
        await this.#pause(random.uniform() * pauseBoundMs(tries, Infinity));
      }
    }
    if (this.#isOver()) return null;
    throw new CodedError("claim.timeout", "no hub accepted this terminal's claim; restart it to try again");
  }

  async #claim(identity: Identity, token: string): Promise<PairedIdentity> {
    const { connect, scheduler, software, log } = this.#parts;
    const { claimTerminal } = await this.#parts.loadSync();
    const link = await connect();
    const claimed = await claimTerminal(link, scheduler, { token, publicKey: identity.publicKey, software });
    const paired: PairedIdentity = { ...identity, paired: claimed };
    this.#parts.identity.save(paired);
    log.info({ terminal: claimed.terminal }, "claimed by the hub");
    return paired;
  }

  /** Shows a state while there is no terminal yet that would. */
  #show(state: State): void {
    const { core, display } = this.#parts;
    display.show(core.render(state, this.#now(), display.size));
  }

  #now(): Now {
    const { timeZone } = this.#parts;
    const { monotonicMs, wallMs, isKnown } = this.#clock.now();
    return {
      monotonicMs,
      wallMs,
      isTimeKnown: isKnown,
      // Screens without a terminal tell no time, and a time zone's first use takes longer than opening the store.
      get local() {
        return localTime(wallMs, timeZone);
      },
    };
  }

  #isOver(): boolean {
    return this.#over;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.scheduler.after(ms, done);
      const cancelWaits = this.#cancelWaits;
      cancelWaits.add(done);
      function done(): void {
        timer.cancel();
        cancelWaits.delete(done);
        resolve();
      }
    });
  }
}

function watchedParts({ display, keypad, sounder, leds, reader }: DaemonParts<unknown>): WatchedParts {
  const parts = new Map<PartName, PartHealth>([
    ["display", display],
    ["keypad", keypad],
    ["sounder", sounder],
  ]);
  if (leds !== null) parts.set("leds", leds);
  if (reader !== null) parts.set("reader", reader);
  return parts;
}
