import type { PartName } from "../wiring/wiring.ts";

/** One thing that the doctor has to say. */
export interface Finding {
  /** Missing: something that the config file needs is not there. Note: nothing that needs it fails for it. */
  readonly level: "good" | "note" | "missing";
  readonly about: PartName | "machine" | "gpio" | "software";
  /** What is, in one line. */
  readonly what: string;
  /** The one line that mends it: a command, or what to do by hand. */
  readonly fix: string | null;
}

export function good(about: Finding["about"], what: string): Finding {
  return { level: "good", about, what, fix: null };
}

export function note(about: Finding["about"], what: string, fix: string | null = null): Finding {
  return { level: "note", about, what, fix };
}

export function missing(about: Finding["about"], what: string, fix: string): Finding {
  return { level: "missing", about, what, fix };
}

/** Whether nothing is missing. */
export function allGood(findings: readonly Finding[]): boolean {
  return !findings.some(({ level }) => level === "missing");
}
