import pino, { type Logger } from "pino";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "silent";

/** Field names that no line may carry: the last fence behind the rule that secrets have no path to a log. */
const CENSORED = ["pin", "key", "keys", "token", "privateKey", "terminalKey", "password"];

export interface LogOptions {
  readonly level: LogLevel;
  /** Lines for people (a terminal) or JSON for programs (journald). */
  readonly form: "human" | "json";
  readonly colour: boolean;
}

/** A pino logger to standard error. What makes lines for people is loaded only where there are any. */
export async function makeLogger({ level, form, colour }: LogOptions): Promise<Logger> {
  const options = {
    level,
    base: null,
    redact: { paths: CENSORED.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" },
  };
  const stderr = 2;
  if (form === "json") return pino(options, pino.destination({ fd: stderr, sync: true }));
  const { default: pretty } = await import("pino-pretty");
  return pino(options, pretty({ destination: stderr, sync: true, colorize: colour, ignore: "pid,hostname" }));
}
