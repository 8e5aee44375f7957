/**
 * What is used of lcd 3.1.1, which has no types. Its constructor exports and takes the lines by their sysfs numbers and then calls
 * `_init`; everything throws where the kernel refuses.
 */
declare module "lcd" {
  class Lcd {
    constructor(lines: {
      readonly rs: number;
      readonly e: number;
      readonly data: readonly number[];
      readonly cols: number;
      readonly rows: number;
    });
    readonly rs: { writeSync(level: 0 | 1): void };
    /** Initialises in its own time, and ends the process when a line fails at that. */
    _init(): void;
    /** A nibble, with one pulse of E. */
    _write4Bits(nibble: number): void;
    /** An instruction, and 39 us of spinning. */
    _command(byte: number): void;
    /** Data, and 43 us of spinning. */
    _write(byte: number): void;
    /** Unexports the lines. */
    close(): void;
  }
  export default Lcd;
}
