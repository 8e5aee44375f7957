import { readFileSync, writeFileSync } from "node:fs";

/** The bench's kernel module, by its control files (module/README.md). */
const CONTROL = "/dev/punchbox-bed";
const I2C_RECORD = "/dev/punchbox-bed-i2c";

/** One command, or several that follow each other at once. Throws the system's error for what the module does not take. */
export function tell(...commands: readonly string[]): void {
  writeFileSync(CONTROL, `${commands.join("\n")}\n`);
}

/** Levels of the header's lines: bit n is GPIOn. */
export function levels(): number {
  return Number(BigInt(`0x${stateOf("levels")}`) & 0xfffffffn);
}

/** How often somebody began to drive high what another drove low. */
export function contention(): number {
  return Number(stateOf("contention"));
}

/** What a PWM channel was last told; times in nanoseconds. */
export function pwm(channel: 0 | 1): { periodNs: number; dutyNs: number; enabled: boolean } {
  const [periodNs = NaN, dutyNs = NaN, enabled] = stateOf(`pwm${channel}`).split(" ").map(Number);
  return { periodNs, dutyNs, enabled: enabled === 1 };
}

/** What follows a name in the module's state. */
function stateOf(name: string): string {
  const text = readFileSync(CONTROL, "utf8");
  const value = new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1];
  if (value === undefined) throw new RangeError(`the bench says nothing of ${name}`);
  return value;
}

/** A transaction of the I2C bus. */
export interface I2cTransaction {
  readonly kind: "written" | "read" | "not acknowledged";
  /** When it began on the wires, CLOCK_MONOTONIC in milliseconds. */
  readonly startMs: number;
  readonly address: number;
  readonly bytes: readonly number[];
}

const KINDS: Readonly<Record<string, I2cTransaction["kind"]>> = {
  W: "written",
  R: "read",
  N: "not acknowledged",
};
const NS_PER_MS = 1e6;

/** All transactions since the last reset. Throws when the record has been overrun. */
export function i2cTransactions(): readonly I2cTransaction[] {
  const [lost, ...lines] = readFileSync(I2C_RECORD, "utf8").trimEnd().split("\n");
  if (lost !== "lost 0") throw new RangeError("the record of the I2C bus is full");
  return lines.map((line) => {
    const [kind = "", startNs, address = "", bytes = ""] = line.split(" ");
    const known = KINDS[kind];
    if (known === undefined) throw new RangeError(`the record of the I2C bus says ${line}`);
    return {
      kind: known,
      startMs: Number(startNs) / NS_PER_MS,
      address: Number.parseInt(address, 16),
      bytes: [...bytes.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16)),
    };
  });
}
