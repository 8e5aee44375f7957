import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as z from "zod";
import { report, REPORT_FD, type Order, type Report } from "../reports.ts";

/** What a child may log before it is a flood. */
const MAX_SAID = 10_000;
/** A child that was asked to end has to by then. */
const END_LIMIT_MS = 10_000;

const logLine = z.looseObject({ level: z.number(), code: z.string().optional() });
const WARN = 40;

/** Who is told what a child does. */
export interface Listener {
  reported(report: Report): void;
  /** It logged a warning or worse. */
  logged(): void;
}

/** A process of ours that tells what happens on a pipe of its own. */
export class CrashChild {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #told: Promise<unknown>;
  /** Codes that it logged as warnings or worse, in order. */
  readonly said: string[] = [];
  /** What it wrote otherwise: a stack, as a rule. */
  complaint = "";

  /** Runs a script with its settings. */
  constructor(script: string, settings: unknown, environment: NodeJS.ProcessEnv, listener: Listener) {
    const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
      env: { ...process.env, NODE_OPTIONS: undefined, ...environment },
      stdio: ["pipe", "inherit", "pipe", "pipe"],
    });
    const pipe = child.stdio[REPORT_FD];
    const { stderr, stdin } = child;
    if (!(pipe instanceof Readable) || stderr === null || stdin === null)
      throw new Error("a child has no pipes");
    // It may be gone when an order comes.
    stdin.on("error", () => undefined);
    const reports = createInterface({ input: pipe });
    reports.on("line", (line) => listener.reported(report.parse(JSON.parse(line))));
    createInterface({ input: stderr }).on("line", (line) => this.#logged(line, listener));
    this.#child = child;
    this.#told = once(reports, "close");
    this.#ended = once(child, "close");
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  order(text: Order): void {
    this.#child.stdin?.write(`${JSON.stringify(text)}\n`);
  }

  /** Resolves when it has ended and everything that it told was heard. */
  async ended(): Promise<void> {
    await Promise.all([this.#ended, this.#told]);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended();
  }

  /** Holds it where it stands, or lets it go on. */
  hold(isHeld: boolean): void {
    this.#child.kill(isHeld ? "SIGSTOP" : "SIGCONT");
  }

  /** Asks it to end, as systemd would. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#child.kill("SIGKILL"), END_LIMIT_MS);
    this.#child.kill("SIGTERM");
    await this.ended();
    clearTimeout(late);
  }

  #logged(line: string, listener: Listener): void {
    if (this.said.length >= MAX_SAID) return;
    const parsed = logLine.safeParse(parseJson(line));
    if (!parsed.success) this.complaint += `${line}\n`;
    else if (parsed.data.level >= WARN) {
      this.said.push(parsed.data.code ?? "none");
      listener.logged();
    }
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
