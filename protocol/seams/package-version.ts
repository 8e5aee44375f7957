import { readFileSync } from "node:fs";

/** The package's version, from package.json: at the root of the sources, beside the bundle in a build. */
export function packageVersion(): string {
  for (const place of ["../../package.json", "./package.json"]) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8"));
      if (
        typeof parsed === "object" &&
        parsed !== null &&
        "version" in parsed &&
        typeof parsed.version === "string"
      ) {
        return parsed.version;
      }
    } catch {
      continue;
    }
  }
  return "unknown";
}
