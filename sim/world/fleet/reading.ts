/** What a person reads on a display, as far as it matters to them. */
export type Reading =
  | { readonly kind: "result"; readonly action: "in" | "out"; readonly time: string }
  | { readonly kind: "receipt"; readonly code: string }
  | { readonly kind: "undone" }
  | { readonly kind: "act" }
  | { readonly kind: "guard" }
  | { readonly kind: "pin"; readonly typed: number }
  | { readonly kind: "wrong" }
  | { readonly kind: "wait"; readonly leastMs: number; readonly mostMs: number }
  | { readonly kind: "forgot" }
  | { readonly kind: "told" }
  | { readonly kind: "idle" }
  | { readonly kind: "trouble" }
  | { readonly kind: "nothing" }
  | { readonly kind: "other" };

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Reads what the glass shows, on displays of both heights. The words are product.md's. */
export function read(rows: readonly string[]): Reading {
  const [top = ""] = rows;
  const all = rows.join("\n");
  const code = /\b([0-9A-Z]{4})-([0-9A-Z]{4})\b/.exec(all);
  if (code !== null) return { kind: "receipt", code: `${code[1] ?? ""}${code[2] ?? ""}`.toLowerCase() };
  if (top.endsWith(" undone")) return { kind: "undone" };
  if (/\*=no$/m.test(all) && /^1=/m.test(all)) return { kind: "guard" };
  if (/^1=OUT/m.test(all)) return { kind: "act" };
  if (top.startsWith("WRONG")) return { kind: "wrong" };
  const wait = /^WAIT ([0-9]+):([0-9]{2})( h)?/.exec(top);
  if (wait !== null) return waiting(Number(wait[1]), Number(wait[2]), wait[3] !== undefined);
  if (all.includes("#=send")) return { kind: "forgot" };
  if (all.includes("dmins are told")) return { kind: "told" };
  if (/Cannot record|No answer yet|may not count/.test(all)) return { kind: "trouble" };
  if (all.includes("Nothing recorded")) return { kind: "nothing" };
  if (all.includes("Type your number") || /Number +\*/.test(all)) return { kind: "idle" };
  const done = /^(IN|OUT) +([0-9]{2}:[0-9]{2}|[0-9]+ [A-Z][a-z]{2})/.exec(top);
  if (done !== null) {
    return { kind: "result", action: done[1] === "IN" ? "in" : "out", time: done[2] ?? "" };
  }
  const field = /(?:PIN |^)(\S*?)(_+)/m.exec(all);
  if (field !== null && !/Number|Name/.test(all)) return { kind: "pin", typed: (field[1] ?? "").length };
  return { kind: "other" };
}

/** From an hour on the display tells minutes, rounded up; before, seconds, rounded up. */
function waiting(first: number, second: number, isHours: boolean): Reading {
  const mostMs = isHours ? first * HOUR_MS + second * MINUTE_MS : first * MINUTE_MS + second * SECOND_MS;
  return { kind: "wait", leastMs: mostMs - (isHours ? MINUTE_MS : SECOND_MS), mostMs };
}
