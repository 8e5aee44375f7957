/** A switch that is closed, with the resistance of its contact; 0 is a short. */
export interface Resistor {
  readonly one: number;
  readonly other: number;
  readonly ohms: number;
}

/** Nets that switches join, as masks, and what holds them. */
export interface ResistiveGroup {
  readonly group: number;
  readonly switches: readonly Resistor[];
  readonly low: number;
  readonly high: number;
  readonly pullUp: number;
  readonly pullDown: number;
  /** Levels until now: an input between its thresholds keeps its own. */
  readonly before: number;
}

/** Pulls inside the computer: 33 to 73 kOhm (BCM2711 datasheet, GPIO electrical characteristics). */
const PULL_OHMS = 50_000;
/** Of an output's transistor. */
const DRIVER_OHMS = 50;
const SHORT_OHMS = 0.1;
/** What leaks from a net that nothing holds, so that it has a voltage at all. */
const LEAK_SIEMENS = 1e-12;
/** An input reads low below 0.8 V and high above 2.0 V of 3.3 V (the same table); between, it keeps what it read. */
const LOW_BELOW = 0.8 / 3.3;
const HIGH_ABOVE = 2.0 / 3.3;

/** Levels of a group's nets by the voltages that its resistances divide (nodal analysis), as shares of the supply. */
export function levelsThroughResistance(circuit: ResistiveGroup): number {
  const { group, switches, low, high, pullUp, pullDown, before } = circuit;
  const nets: number[] = [];
  for (let rest = group; rest !== 0; rest &= rest - 1) nets.push(31 - Math.clz32(rest & -rest));
  // Conductances between nets, and in the last column what the supply feeds into each.
  const rows = nets.map((net) => {
    const bit = 1 << net;
    const toHigh = ((high & bit) !== 0 ? 1 / DRIVER_OHMS : 0) + ((pullUp & bit) !== 0 ? 1 / PULL_OHMS : 0);
    const toLow = ((low & bit) !== 0 ? 1 / DRIVER_OHMS : 0) + ((pullDown & bit) !== 0 ? 1 / PULL_OHMS : 0);
    const charge = (before & bit) !== 0 ? LEAK_SIEMENS : 0;
    const row = [...nets.map(() => 0), toHigh + charge];
    row[nets.indexOf(net)] = toHigh + toLow + LEAK_SIEMENS;
    return row;
  });
  for (const { one, other, ohms } of switches) {
    const siemens = 1 / Math.max(ohms, SHORT_OHMS);
    const [a, b] = [nets.indexOf(one), nets.indexOf(other)];
    addTo(rows, a, a, siemens);
    addTo(rows, b, b, siemens);
    addTo(rows, a, b, -siemens);
    addTo(rows, b, a, -siemens);
  }
  let levels = 0;
  for (const [index, share] of solve(rows).entries()) {
    const bit = 1 << (nets[index] ?? 0);
    if (share > HIGH_ABOVE || (share >= LOW_BELOW && (before & bit) !== 0)) levels |= bit;
  }
  return levels;
}

function addTo(rows: readonly number[][], row: number, column: number, siemens: number): void {
  const cells = rows[row];
  if (cells !== undefined) cells[column] = (cells[column] ?? 0) + siemens;
}

/** Gauss and Jordan's elimination. The matrix is diagonally dominant, so no pivot needs looking for. */
function solve(rows: readonly number[][]): readonly number[] {
  for (const [at, pivotRow] of rows.entries()) {
    const pivot = pivotRow[at] ?? 1;
    for (const [index, row] of rows.entries()) {
      if (index === at) continue;
      const factor = (row[at] ?? 0) / pivot;
      if (factor !== 0)
        for (const [column, cell] of pivotRow.entries()) row[column] = (row[column] ?? 0) - factor * cell;
    }
  }
  return rows.map((row, at) => (row.at(-1) ?? 0) / (row[at] ?? 1));
}
