import { execFile } from "node:child_process";

/** What a command may print; beyond it something is wrong with it. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;
/** Lines of a failed command's complaints that are repeated. */
const COMPLAINT_LINES = 15;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/** Runs a program and returns what it printed. Rejects with what it complained about when it fails or takes too long. */
export function command(
  program: string,
  parameters: readonly string[],
  { cwd, env, limitMs }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      parameters,
      {
        ...(cwd === undefined ? {} : { cwd }),
        env: { ...process.env, ...env },
        timeout: limitMs,
        killSignal: "SIGKILL",
        maxBuffer: MAX_OUTPUT_BYTES,
      },
      (error, output, complaints) => {
        if (error === null) {
          resolve(output);
          return;
        }
        const last = `${output}${complaints}`.trim().split("\n").slice(-COMPLAINT_LINES).join("\n");
        const how = error.killed === true ? `took longer than ${limitMs / 1000} s` : "failed";
        reject(new Error(`${program} ${parameters.join(" ")}: ${how}\n${last}`, { cause: error }));
      },
    );
  });
}
