import { parse, TomlError } from "smol-toml";
import { CodedError } from "../../protocol/errors.ts";
import { configSchema, type Config } from "./config.ts";
import { lineOfKey } from "./line-of-key.ts";
import { partsPlan } from "./parts-plan.ts";
import { wiringClashes } from "./wiring-clashes.ts";

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
  const config = { ...parsed.data, parts: partsPlan(parsed.data) };
  const clashes = wiringClashes(config.parts).map(({ field, message }) =>
    problemAt(text, field.split("."), message),
  );
  if (clashes.length > 0) throw new ConfigError(file, clashes);
  return config;
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
