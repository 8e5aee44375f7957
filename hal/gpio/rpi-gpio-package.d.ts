/** What is used of rpi-gpio 2.1.7, which has no types: one set of lines for the whole process. */
declare module "rpi-gpio" {
  type Direction = "in" | "out" | "low" | "high";
  type Edge = "none" | "rising" | "falling" | "both";
  type Done = (error?: Error | null) => void;

  export interface RpiGpio {
    readonly MODE_BCM: "mode_bcm";
    /** What channels are numbers of, until `reset`. */
    setMode(mode: "mode_bcm"): void;
    /** Exports a line, again if it was exported; then tells of its edges by the event `change`. */
    setup(channel: number, direction: Direction, edge: Edge, done: Done): void;
    write(channel: number, high: boolean, done: Done): void;
    read(channel: number, done: (error: Error | null, high: boolean) => void): void;
    /** Unexports all lines that were ever set up; fails if one of them is not exported any more. */
    destroy(done: Done): void;
    /** Forgets all lines, listeners and the mode. */
    reset(): void;
    on(event: "change", listener: (channel: number, high: boolean) => void): void;
  }

  const gpio: RpiGpio;
  export default gpio;
}
