import type { Result } from "./row.ts";

const NAME_WIDTH = 28;
const VALUE_WIDTH = 16;
const LIMIT_WIDTH = 9;
const SIGNIFICANT_DIGITS = 3;

export const TABLE_HEAD = line("row", "value", "limit", "ok", "against");

/** One line of the table. */
export function tableLine({ name, value, unit, limit, ok, against }: Result): string {
  const measured = value === null ? "not measured" : `${short(value)} ${unit}`;
  return line(name, measured, limit === null ? "-" : `<= ${limit}`, ok ? "ok" : "NOT OK", against);
}

function line(name: string, value: string, limit: string, ok: string, against: string): string {
  return `${name.padEnd(NAME_WIDTH)}${value.padStart(VALUE_WIDTH)}  ${limit.padEnd(LIMIT_WIDTH)} ${ok.padEnd(6)}  ${against}`;
}

/** Three digits are more than any of these numbers is worth. */
function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(SIGNIFICANT_DIGITS)));
}
