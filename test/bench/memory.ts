import { installBox, FOUND_NAME, FOUND_NUMBER, present } from "./box.ts";
import type { Bench, Row } from "./row.ts";
import { median } from "./statistics.ts";

const ROUNDS_QUICK = 3;
const ROUNDS_FULL = 9;
/** Both processes can be told to collect garbage, and do so twice before they look at their memory. */
const FLAGS = ["--expose-gc"];

/**
 * Resident memory of a terminal that has 10,000 people, and has shown that it can find one of the last, and of a process
 * that has loaded the same libraries in the same two threads and does nothing.
 */
interface Memory {
  readonly terminalBytes: number;
  readonly bareBytes: number;
}

async function measureMemory(bench: Bench): Promise<Memory> {
  const box = await bench.once(installBox);
  const terminals: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < bench.repetitions(ROUNDS_QUICK, ROUNDS_FULL); round++) {
    const { report } = present(await box.terminal("find", FLAGS));
    if (!report.found.some((row) => row.includes(FOUND_NAME))) {
      throw new RangeError(
        `person ${FOUND_NUMBER} was not found: the display shows ${report.found.join(" | ")}`,
      );
    }
    terminals.push(report.rssBytes);
    bare.push((await box.libraries(FLAGS)).report.rssBytes);
  }
  return { terminalBytes: median(terminals), bareBytes: median(bare) };
}

const BYTES_PER_MIB = 2 ** 20;

export const memoryRows: readonly Row[] = [
  {
    name: "memory.roster-10k",
    unit: "x",
    limit: 1.3,
    against: "resident memory of a process with the same libraries loaded in its two threads",
    async measure(bench) {
      const { terminalBytes, bareBytes } = await bench.once(measureMemory);
      return terminalBytes / bareBytes;
    },
  },
  {
    name: "memory.terminal-mib",
    unit: "MiB",
    limit: null,
    against: "for information",
    measure: async (bench) => (await bench.once(measureMemory)).terminalBytes / BYTES_PER_MIB,
  },
];
