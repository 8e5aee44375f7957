import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../protocol/errors.ts";
import { hubEvidence, terminalEvents } from "../evidence.ts";
import type { HubSettings, Report, Shown, TerminalSettings } from "../reports.ts";
import { troublesOfHub, troublesOfTerminal } from "../verify.ts";
import { CrashChild } from "./child-process.ts";
import type { LossyDisk } from "./lossy-disk.ts";
import type { Program } from "./program.ts";

export type Side = "terminal" | "hub";
type Listening = Extract<Report, { type: "listening" }>;

/** A start that takes longer is broken, however many share the machine. */
const START_LIMIT_MS = 30_000;

export interface PairOptions {
  /** A folder of this pair's own. */
  readonly folder: string;
  readonly program: Program;
  readonly timesFaster: number;
  readonly seed: number;
  /** Where each keeps its data: a lossy disk, or any folder. */
  readonly disks: Readonly<Record<Side, Pick<LossyDisk, "folder">>>;
  /** Where the terminal finds the hub that listens on this port. */
  readonly terminalConnects?: (hubPort: number) => number;
}

interface Waiting {
  readonly isIt: () => boolean;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** A terminal and a hub, a process and a disk each; and everything that was shown and acknowledged in all their lives. */
export class Pair {
  readonly shown: Shown[] = [];
  /** Codes of what displays said could not be recorded. */
  readonly failed: string[] = [];
  /** The newest event that the hub said it has. */
  ackedSeq = 0;
  /** Links that came up. */
  linksUp = 0;
  readonly #options: PairOptions;
  readonly #beganMs = Date.now();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #children: Record<Side, CrashChild | null> = { terminal: null, hub: null };
  readonly #lives: Record<Side, number> = { terminal: 0, hub: 0 };
  #listening: Listening | null = null;
  #demo: Listening | null = null;
  #isReady = false;
  #isAtRest = false;
  #isLinkUp = false;
  readonly #waiting = new Set<Waiting>();

  private constructor(options: PairOptions) {
    this.#options = options;
    this.#environment = { NODE_COMPILE_CACHE: join(options.folder, "compiled") };
  }

  /** Makes the demo workspace, and pairs the terminal with it; resolves when everything is at rest and on both disks. */
  static async start(options: PairOptions): Promise<Pair> {
    const pair = new Pair(options);
    await pair.startHub();
    await pair.startTerminal();
    await pair.acts(1);
    await pair.settled();
    return pair;
  }

  async startHub(): Promise<void> {
    const { timesFaster, disks, program } = this.#options;
    const settings: HubSettings = {
      folder: disks.hub.folder,
      port: this.#demo?.port ?? 0,
      timesFaster,
      beganMs: this.#beganMs,
      isFirst: this.#demo === null,
    };
    this.#listening = null;
    this.#begin("hub", program.hub, settings);
    await this.until("the hub listens", () => this.#listening !== null, "hub");
    this.#demo ??= this.#listening;
  }

  async startTerminal(): Promise<void> {
    const { timesFaster, disks, program, seed, terminalConnects } = this.#options;
    const hub = this.#demo;
    if (hub === null) throw new Error("a hub comes first");
    const settings: TerminalSettings = {
      folder: disks.terminal.folder,
      hubUrl: `ws://127.0.0.1:${terminalConnects?.(hub.port) ?? hub.port}/terminal`,
      claimToken: hub.claimToken,
      seed: seed + this.#lives.terminal,
      timesFaster,
      beganMs: this.#beganMs,
      people: hub.people,
      universalPin: hub.universalPin,
    };
    this.#isReady = false;
    this.#isLinkUp = false;
    this.#begin("terminal", program.terminal, settings);
    await this.until("the terminal takes keys", () => this.#isReady, "terminal");
  }

  isRunning(side: Side): boolean {
    return this.#children[side]?.isRunning === true;
  }

  /** Codes that this side's present process has logged as warnings or worse. */
  said(side: Side): readonly string[] {
    return this.#children[side]?.said ?? [];
  }

  /** What this side's present process wrote besides its log. */
  complaint(side: Side): string {
    return this.#children[side]?.complaint ?? "";
  }

  /** People come, until so many things were shown; see {@link rested}. */
  order(acts: number): void {
    this.#isAtRest = false;
    this.#children.terminal?.order({ acts });
  }

  /** Has people come and waits until they are gone. */
  async acts(count: number): Promise<void> {
    this.order(count);
    await this.rested();
  }

  rested(): Promise<void> {
    return this.until("people are gone", () => this.#isAtRest, "terminal");
  }

  /** Everybody who was asked to come has been. */
  get isAtRest(): boolean {
    return this.#isAtRest;
  }

  /** Resolves when the hub has acknowledged everything that was shown. */
  settled(): Promise<void> {
    return this.until("the hub has everything", () => this.isSettled);
  }

  get isSettled(): boolean {
    return this.#isLinkUp && this.ackedSeq >= this.newestShown;
  }

  get newestShown(): number {
    return this.shown.at(-1)?.seq ?? 0;
  }

  async kill(side: Side): Promise<void> {
    await this.#children[side]?.kill();
  }

  async stop(side: Side): Promise<void> {
    await this.#children[side]?.stop();
  }

  async close(): Promise<void> {
    await Promise.all([this.kill("terminal"), this.kill("hub")]);
  }

  /**
   * What is wrong with what these sides have on disk. `copy` copies a side's data to a folder; a process that still runs is held
   * meanwhile. The two are compared where both are asked for.
   */
  troubles(sides: readonly Side[], copy: (side: Side, target: string) => void): string[] {
    const folder = mkdtempSync(join(this.#options.folder, "copy-"));
    const copied = (side: Side): string => {
      const target = join(folder, side);
      mkdirSync(target);
      this.#children[side]?.hold(true);
      copy(side, target);
      this.#children[side]?.hold(false);
      return target;
    };
    try {
      const terminal = sides.includes("terminal") ? terminalEvents(copied("terminal")) : null;
      const hub = sides.includes("hub") ? hubEvidence(copied("hub")) : null;
      return [
        ...(terminal === null ? [] : troublesOfTerminal(terminal, this.shown)),
        ...(hub === null ? [] : troublesOfHub(hub, terminal, this.ackedSeq)),
      ];
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return [`what is on disk cannot be read: ${error.message} (${error.code})`];
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Resolves when it is so. Rejects after {@link START_LIMIT_MS}, or when this side's process ends before. */
  until(
    what: string,
    isIt: () => boolean,
    side: Side | null = null,
    limitMs = START_LIMIT_MS,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiting: Waiting = { isIt, resolve: () => resolve(undefined), reject };
    this.#waiting.add(waiting);
    const fail = (why: string): void => {
      const said = [...this.said("terminal").slice(-5), ...this.said("hub").slice(-5)].join(", ");
      reject(
        new Error(
          `${what}: ${why} (logged last: ${said || "nothing"}) ${this.complaint("terminal")}${this.complaint("hub")}`,
        ),
      );
    };
    const late = setTimeout(() => fail(`not within ${limitMs / 1000} s`), limitMs);
    if (side !== null) {
      void this.#children[side]?.ended().then(() => {
        this.#look();
        fail(`the ${side}'s process ended`);
      });
    }
    this.#look();
    return promise.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(waiting);
    });
  }

  #begin(side: Side, script: string, settings: TerminalSettings | HubSettings): void {
    this.#lives[side] += 1;
    const child = new CrashChild(script, settings, this.#environment, {
      reported: (report) => this.#heard(report),
      logged: () => this.#look(),
    });
    this.#children[side] = child;
    void child.ended().then(() => this.#look());
  }

  #heard(report: Report): void {
    switch (report.type) {
      case "listening":
        this.#listening = report;
        break;
      case "ready":
        this.#isReady = true;
        break;
      case "rest":
        this.#isAtRest = true;
        break;
      case "shown":
        this.shown.push(report);
        break;
      case "acked":
        this.ackedSeq = Math.max(this.ackedSeq, report.seq);
        break;
      case "failed":
        this.failed.push(report.code);
        break;
      case "link":
        if (report.up && !this.#isLinkUp) this.linksUp += 1;
        this.#isLinkUp = report.up;
        break;
    }
    this.#look();
  }

  #look(): void {
    for (const waiting of this.#waiting) if (waiting.isIt()) waiting.resolve();
  }
}
