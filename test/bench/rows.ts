import { drainRows } from "./drain.ts";
import { hubPinRows } from "./hub-pins.ts";
import { kernelRows } from "./kernel.ts";
import { keyStallRows } from "./key-stall.ts";
import { keyRows } from "./keys.ts";
import { ledgerRows } from "./ledger.ts";
import { lcdRows } from "./lcd.ts";
import { memoryRows } from "./memory.ts";
import { pinRows } from "./pins.ts";
import { rosterRows } from "./roster.ts";
import type { Row } from "./row.ts";
import { startRows } from "./start.ts";
import { worldRows } from "./world.ts";

/** Every row of the bench, in the table's order. A new row is an entry in its group's file; a new group one here. */
export const ROWS: readonly Row[] = [
  ...startRows,
  ...memoryRows,
  ...keyRows,
  ...ledgerRows,
  ...keyStallRows,
  ...pinRows,
  ...lcdRows,
  ...hubPinRows,
  ...rosterRows,
  ...drainRows,
  ...worldRows,
  ...kernelRows,
];
