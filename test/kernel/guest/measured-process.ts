import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { until } from "./real-time-waits.ts";

/** From a process's start to its first word, beside others that start. */
const START_LIMIT_MS = 150_000;

/** A process of its own, so that what the kernel counts of it is nobody else's. */
export class MeasuredProcess {
  readonly pid: number;
  readonly #name: string;
  readonly #process: ChildProcess;
  #output = "";

  /** Starts Node with these parameters. Throws when there can be no process. */
  constructor(name: string, parameters: readonly string[]) {
    const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid === undefined) throw new Error(`${name} does not start`);
    this.pid = child.pid;
    this.#name = name;
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
  }

  /** All that it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has written what `pattern` finds. Rejects with what it has written when it ends or is silent for too long. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const spoken = (): boolean => pattern.test(this.#output) || this.#process.exitCode !== null;
    await until(spoken, START_LIMIT_MS).catch(() => undefined);
    const found = pattern.exec(this.#output);
    if (found === null) throw new Error(`${this.#name} does not say ${String(pattern)}: ${this.#output}`);
    return found;
  }

  /** Throws when it has ended by itself. */
  mustRun(): void {
    const { exitCode } = this.#process;
    if (exitCode !== null) throw new Error(`${this.#name} has ended with ${exitCode}: ${this.#output}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }
}
