import { parse, TomlError } from "smol-toml";
import type { Bcm } from "../../hal/ports.ts";
import { CodedError } from "../../protocol/errors.ts";
import { configSchema, type Config } from "./config.ts";
import { lineOfKey } from "./line-of-key.ts";

/** One thing that is wrong with a config file. */
export interface ConfigProblem {
  /** 1 for the first line. */
  readonly line: number;
  /** `display.data.2`, or empty for the file as a whole. */
  readonly field: string;
  /** What would be right. Never the value: a claim token is one. */
  readonly message: string;
}

export class ConfigError extends CodedError {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ line, field, message }) => `${file}:${line}: ${field === "" ? "" : `${field} `}${message}`,
    );
    super("config.invalid", lines.join("\n"));
    this.problems = problems;
  }
}

/** Compiling a schema pays for itself after some parses; a config is parsed once, while somebody waits for a first key. */
const PARSED_ONCE = { jitless: true };

/** Parses and checks a config file's text. Throws {@link ConfigError} with every problem, in line order. */
export function parseConfig(text: string, file: string): Config {
  const toml = readToml(text, file);
  const parsed = configSchema.safeParse(toml, PARSED_ONCE);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue): ConfigProblem => {
      if (issue.code === "unrecognized_keys") {
        return problemAt(text, [...issue.path, issue.keys[0] ?? ""], "is not a key here");
      }
      return problemAt(text, issue.path, isThere(toml, issue.path) ? issue.message : "is missing");
    });
    throw new ConfigError(
      file,
      problems.sort((a, b) => a.line - b.line),
    );
  }
  const clashes = pinClashes(text, parsed.data);
  if (clashes.length > 0) throw new ConfigError(file, clashes);
  return parsed.data;
}

function problemAt(text: string, path: readonly PropertyKey[], message: string): ConfigProblem {
  return { line: lineOfKey(text, path.map(String)), field: path.join("."), message };
}

function isThere(toml: unknown, path: readonly PropertyKey[]): boolean {
  const value = path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    toml,
  );
  return value !== undefined;
}

function readToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // TomlError's message quotes the line; ours does not, it may hold a secret.
    const [firstLine = "is not TOML"] = error.message.split("\n");
    throw new ConfigError(file, [
      {
        line: error.line,
        field: "",
        message: firstLine.replace(/^Invalid TOML document: /, "is not TOML: "),
      },
    ]);
  }
}

/** A pin can serve one purpose: each further use of a pin is a problem that names the first. */
function pinClashes(text: string, config: Config): ConfigProblem[] {
  const firstUse = new Map<Bcm, string>();
  const problems: ConfigProblem[] = [];
  for (const [pin, field] of pinUses(config)) {
    const first = firstUse.get(pin);
    if (first === undefined) firstUse.set(pin, field);
    else
      problems.push({
        line: lineOfKey(text, field.split(".")),
        field,
        message: `uses GPIO${pin}, which ${first} uses already`,
      });
  }
  return problems;
}

function pinUses({ display, keypad, sounder }: Config): [Bcm, string][] {
  const uses: [Bcm, string][] = [];
  uses.push([display.rs, "display.rs"], [display.e, "display.e"]);
  display.data.forEach((pin, index) => uses.push([pin, `display.data.${index}`]));
  if (display.backlight !== undefined) uses.push([display.backlight, "display.backlight"]);
  keypad.rows.forEach((pin, index) => uses.push([pin, `keypad.rows.${index}`]));
  keypad.columns.forEach((pin, index) => uses.push([pin, `keypad.columns.${index}`]));
  if (sounder !== undefined) uses.push([sounder.pin, "sounder.pin"]);
  return uses;
}
