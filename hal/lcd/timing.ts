/**
 * Times of the HD44780U (datasheet ADE-207-272(Z)), at its nominal 270 kHz. Every driver here writes only: RW is tied low
 * or never raised, so times take the place of the busy flag.
 */

/** Table 6: every instruction but clear and home, and the address counter's 4 us after it (note to the table). */
export const EXECUTION_US = 37 + 4;
/** Table 6: clear display and return home. */
export const CLEAR_OR_HOME_MS = 1.52;
/** Figure 24 asks for 40 ms from 2.7 V on; 50 because clones are slower to reset. */
export const POWER_ON_MS = 50;
/** Figure 24: after the first function set of an initialisation 4.1 ms, and 5 for the sake of clones. */
export const FIRST_FUNCTION_SET_MS = 5;
/** Figure 24: after the second and third 100 us, and 1 ms for the sake of clones. */
export const NEXT_FUNCTION_SET_MS = 1;
/** Bus timing at 2.7 V (AC characteristics): E high for 450 ns, RS 60 ns before it. */
export const ENABLE_PULSE_US = 1;
/** Longest transaction on a bus: a newer frame takes over, and a key is served, in between. */
export const MAX_TRANSACTION_US = 4000;
