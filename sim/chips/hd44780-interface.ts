import type { NetBoard, NetMask } from "./nets.ts";

/** Nets that the controller's pins are soldered to; RW to ground where it has none. D0 to D3 stay open. */
export interface Hd44780Pins {
  readonly rs: number;
  readonly e: number;
  readonly rw?: number;
  readonly d4: number;
  readonly d5: number;
  readonly d6: number;
  readonly d7: number;
}

export type Hd44780ViolationCode =
  /** Something arrived within the time the controller resets itself after power-on. */
  | "power-on"
  /** A nibble arrived while the one before was being executed. */
  | "busy"
  /** E was high for less than PW_EH, or came again within t_cycE. */
  | "enable-pulse"
  | "enable-cycle"
  /** RS or RW changed in the very instant E rose (t_AS), or data in the instant it fell (t_DSW). */
  | "address-setup"
  | "data-setup"
  /** RS or RW changed while E was high, or in the very instant it fell (t_AH): which register it meant is anybody's guess. */
  | "address-hold"
  /** The number of lines changed after other instructions, without a change of the data length (note to table 6). */
  | "function-set"
  /** A DDRAM address that does not exist in the present line mode. */
  | "address";

export interface Hd44780Violation {
  readonly code: Hd44780ViolationCode;
  readonly atMs: number;
}

/** Bus timing at 2.7 to 4.5 V (datasheet, "AC characteristics", write operation): E high 450 ns, cycle 1000 ns. */
const MIN_ENABLE_PULSE_MS = 450e-6;
const MIN_ENABLE_CYCLE_MS = 1000e-6;
/** Below what times in floating-point milliseconds can tell apart. */
const CLOCK_GRAIN_MS = 1e-6;

/** What the interface hands on: when E rose, and the four data bits when it fell again, D7 as bit 3. */
export type NibbleListener = (rs: boolean, nibble: number, roseAtMs: number, fellAtMs: number) => void;

/** The electrical side of the controller: turns pin levels into nibbles and watches their timing. */
export function connectPins(
  nets: NetBoard,
  pins: Hd44780Pins,
  nowMs: () => number,
  onNibble: NibbleListener,
  onViolation: (code: Hd44780ViolationCode, atMs: number) => void,
): () => void {
  const bitOf = (net: number): NetMask => 1 << net;
  const enable = bitOf(pins.e);
  const select = bitOf(pins.rs);
  const read = pins.rw === undefined ? 0 : bitOf(pins.rw);
  const data = [pins.d4, pins.d5, pins.d6, pins.d7].map(bitOf);
  const [d4 = 0, d5 = 0, d6 = 0, d7 = 0] = data;
  const dataMask = d4 | d5 | d6 | d7;
  let roseAtMs = Number.NEGATIVE_INFINITY;

  return nets.watch(enable | select | read, (changed, levels) => {
    const atMs = nowMs();
    const wasHigh = ((levels ^ changed) & enable) !== 0;
    // The end of a read, or of the high outputs of an expander at power-on, takes nothing for a nibble.
    const reading = (levels & read) !== 0 && (changed & read) === 0;
    if (wasHigh && !reading && (changed & (select | read)) !== 0) onViolation("address-hold", atMs);
    if ((changed & enable) === 0) return;
    if ((levels & enable) !== 0) {
      if ((changed & (select | read)) !== 0) onViolation("address-setup", atMs);
      if (atMs - roseAtMs < MIN_ENABLE_CYCLE_MS - CLOCK_GRAIN_MS) onViolation("enable-cycle", atMs);
      roseAtMs = atMs;
      return;
    }
    // A read puts the busy flag on the data pins; nobody who simulates writes only looks at it.
    if ((levels & read) !== 0) return;
    if (atMs - roseAtMs < MIN_ENABLE_PULSE_MS - CLOCK_GRAIN_MS) onViolation("enable-pulse", atMs);
    if ((changed & dataMask) !== 0) onViolation("data-setup", atMs);
    const nibble =
      ((levels & d4) === 0 ? 0 : 1) |
      ((levels & d5) === 0 ? 0 : 2) |
      ((levels & d6) === 0 ? 0 : 4) |
      ((levels & d7) === 0 ? 0 : 8);
    onNibble((levels & select) !== 0, nibble, roseAtMs, atMs);
  });
}
