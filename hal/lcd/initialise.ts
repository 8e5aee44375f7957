import type { LcdBus, LcdByte } from "./lcd-bus.ts";
import { CLEAR_OR_HOME_MS, FIRST_FUNCTION_SET_MS, NEXT_FUNCTION_SET_MS } from "./timing.ts";

/** Instructions of the datasheet's table 6, with the settings that a display of text needs. */
const CLEAR: LcdByte = 0x01;
const HOME: LcdByte = 0x02;
/** Count up, do not shift. */
const ENTRY_MODE: LcdByte = 0x06;
const DISPLAY_OFF: LcdByte = 0x08;
/** No cursor: a frame is all there is to see. */
export const DISPLAY_ON: LcdByte = 0x0c;
/** 4 bits, two lines, 5x8 dots. */
const FUNCTION_SET: LcdByte = 0x28;
/** Upper nibbles of "8 bits" and "4 bits" (figure 24). */
const EIGHT_BITS = 0x3;
const FOUR_BITS = 0x2;

type Wait = (delayMs: number) => Promise<void>;

/**
 * Initialising by instruction (figure 24): gets a controller into step from whatever state it is in. On the way a controller
 * that was in step is in one-line mode for NEXT_FUNCTION_SET_MS, far less than one refresh of the glass: nobody sees it.
 */
async function getIntoStep(bus: LcdBus, wait: Wait): Promise<void> {
  await bus.sendNibble(EIGHT_BITS);
  await wait(FIRST_FUNCTION_SET_MS);
  await bus.sendNibble(EIGHT_BITS);
  await wait(NEXT_FUNCTION_SET_MS);
  await bus.sendNibble(EIGHT_BITS);
  await wait(NEXT_FUNCTION_SET_MS);
  await bus.sendNibble(FOUR_BITS);
  await wait(NEXT_FUNCTION_SET_MS);
}

/** Begins with an empty glass, switched on, the address counter at 0. */
export async function initialiseEmpty(bus: LcdBus, wait: Wait): Promise<void> {
  await getIntoStep(bus, wait);
  await bus.send([FUNCTION_SET, DISPLAY_OFF, CLEAR]);
  await wait(CLEAR_OR_HOME_MS);
  await bus.send([ENTRY_MODE, DISPLAY_ON]);
}

/**
 * Leaves the text alone, the address counter at 0. Home takes back a shift that a slipped nibble may have made. Whether the
 * display is on is left as it is: DISPLAY_ON is due when all is in place.
 */
export async function initialiseAgain(bus: LcdBus, wait: Wait): Promise<void> {
  await getIntoStep(bus, wait);
  await bus.send([FUNCTION_SET, HOME]);
  await wait(CLEAR_OR_HOME_MS);
  await bus.send([ENTRY_MODE]);
}
