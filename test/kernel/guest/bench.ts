import { readFileSync, writeFileSync } from "node:fs";

/** The bench's kernel module, by its control files (module/README.md). */
const CONTROL = "/dev/punchbox-bed";

/** One command, or several that follow each other at once. Throws the system's error for what the module does not take. */
export function tell(...commands: readonly string[]): void {
  writeFileSync(CONTROL, `${commands.join("\n")}\n`);
}

/** Levels of the header's lines: bit n is GPIOn. */
export function levels(): number {
  return Number(BigInt(`0x${stateOf("levels")}`) & 0xfffffffn);
}

export function contention(): number {
  return Number(stateOf("contention"));
}

/** What follows a name in the module's state. */
function stateOf(name: string): string {
  const text = readFileSync(CONTROL, "utf8");
  const value = new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1];
  if (value === undefined) throw new RangeError(`the bench says nothing of ${name}`);
  return value;
}
