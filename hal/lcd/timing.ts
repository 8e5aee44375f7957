/**
 * Times of the HD44780U (datasheet ADE-207-272(Z)). Table 6 gives them at 270 kHz. The oscillator may run at 190 kHz
 * (electrical characteristics, "internal clock operation"), and clones are slower still at 3.3 V: everything that the
 * oscillator paces is waited for half as long again. Every driver here writes only: RW is tied low or never raised, so times
 * take the place of the busy flag.
 */
const SLOWEST_CLOCK = 1.5;

/** Table 6: every instruction but clear and home, and the address counter's 4 us after it (note to the table). */
export const EXECUTION_US = Math.ceil((37 + 4) * SLOWEST_CLOCK);
/** Table 6: clear display and return home. */
export const CLEAR_OR_HOME_MS = 1.52 * SLOWEST_CLOCK;
/** Figure 24 asks for 40 ms from 2.7 V on; 50 because clones are slower to reset. */
export const POWER_ON_MS = 50;
/** Figure 24: after the first function set of an initialisation 4.1 ms, and 6.5 for the sake of clones. */
export const FIRST_FUNCTION_SET_MS = 6.5;
/** Figure 24: after the second and third 100 us, and 1 ms for the sake of clones. */
export const NEXT_FUNCTION_SET_MS = 1;
/** Bus timing at 2.7 V (AC characteristics): E high for 450 ns, RS 60 ns before it. */
export const ENABLE_PULSE_US = 1;
/**
 * Longest transaction on a bus. A key's echo waits for the one under way and no more: with the keypad's confirming reading
 * and the echo itself, both about 3 ms, that stays within the 5 ms that a hand does not feel.
 */
export const MAX_TRANSACTION_US = 1_920;
