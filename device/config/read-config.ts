import { readFileSync } from "node:fs";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import type { Config } from "./config.ts";
import { parseConfig } from "./parse-config.ts";

/** Reads and checks a config file. Throws ConfigError, or CodedError `config.unreadable`. */
export function readConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new CodedError(
      "config.unreadable",
      `${path}: cannot be read (${codeOf(cause)}): give another with --config`,
      { cause },
    );
  }
  return parseConfig(text, path);
}
