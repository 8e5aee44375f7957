import { bcm, type Bcm } from "../../../../hal/ports.ts";

/** Lines that no other part of the usual wiring has, so that a terminal can run beside this keypad. */
export const KEYPAD_ROWS: readonly Bcm[] = [2, 3, 9, 10].map(bcm);
export const KEYPAD_COLUMNS: readonly Bcm[] = [11, 14, 15, 26].map(bcm);
