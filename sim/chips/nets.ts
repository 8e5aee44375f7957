import { HIGHEST_HEADER_BCM, type Drive, type Pull } from "../../hal/ports.ts";
import { levelsThroughResistance, type Resistor } from "./resistance.ts";

/** A set of nets: bit n stands for net n. */
export type NetMask = number;
/** Called once for each change of levels, with every net that changed in that instant and all levels after it. */
export type NetListener = (changed: NetMask, levels: NetMask) => void;

/** The header's nets, GPIO0 to GPIO27. */
const HEADER_NETS = HIGHEST_HEADER_BCM + 1;
/** A mask stays a small integer. */
const MAX_NETS = 31;

interface Watcher {
  readonly mask: NetMask;
  readonly listener: NetListener;
}

/** A pull-up charges its net's capacitance: until then it reads low, though it is no longer held. */
export interface RiseTime {
  readonly nowMs: () => number;
  readonly us: number;
}

/**
 * A board of nets, each with one line that can drive it (a GPIO of the computer, an output of an expander), pulls, and
 * switches that short nets together. A level is settled by the strongest: a driven low, then a driven high, then a
 * pull; a net that nothing holds keeps its charge. Switches with resistance divide voltages between them. Everything
 * happens in an instant, but what a pull-up alone raises may take a rise time to read high.
 */
export class NetBoard {
  readonly #watchers: Watcher[] = [];
  /** Nets each net is shorted to, and how often: two switches may lie between the same two. */
  readonly #neighbours: Int32Array;
  readonly #closures: Uint8Array;
  /** Closed switches that have resistance. */
  readonly #resistors: Resistor[] = [];
  readonly #rise: RiseTime | null;
  readonly #raisedAtMs: Float64Array;
  #rising: NetMask = 0;
  readonly #count: number;
  #shorted: NetMask = 0;
  #outputs: NetMask = 0;
  #openDrain: NetMask = 0;
  #low: NetMask = 0;
  #high: NetMask = 0;
  #linePullUp: NetMask = 0;
  #linePullDown: NetMask = 0;
  #boardPullUp: NetMask = 0;
  #boardPullDown: NetMask = 0;
  #levels: NetMask = 0;
  #contention = 0;

  constructor(count: number = HEADER_NETS, rise: RiseTime | null = null) {
    if (count < 1 || count > MAX_NETS) throw new RangeError(`a board has 1 to ${MAX_NETS} nets`);
    this.#count = count;
    this.#neighbours = new Int32Array(count);
    this.#closures = new Uint8Array(count * count);
    this.#raisedAtMs = new Float64Array(count);
    this.#rise = rise;
  }

  /** Levels of all nets, as their lines read them. */
  get levels(): NetMask {
    return this.#rising === 0 ? this.#levels : this.#levels & ~this.#stillRising();
  }

  /** How often an output drove high what another drove low: on a real board, a current that wears both out. */
  get contention(): number {
    return this.#contention;
  }

  /** Whether `net` exists on this board. */
  has(net: number): boolean {
    return Number.isInteger(net) && net >= 0 && net < this.#count;
  }

  /** The line of `net` becomes an input with this pull. */
  setInput(net: number, pull: Pull): void {
    const bit = this.#bit(net);
    this.#outputs &= ~bit;
    this.#low &= ~bit;
    this.#high &= ~bit;
    this.#linePullUp = pull === "up" ? this.#linePullUp | bit : this.#linePullUp & ~bit;
    this.#linePullDown = pull === "down" ? this.#linePullDown | bit : this.#linePullDown & ~bit;
    this.#resolve(bit);
  }

  /** The line of `net` becomes an output at this level; an open drain at high lets go. */
  setOutput(net: number, drive: Drive, high: boolean): void {
    const bit = this.#bit(net);
    this.#outputs |= bit;
    this.#linePullUp &= ~bit;
    this.#linePullDown &= ~bit;
    this.#openDrain = drive === "open-drain" ? this.#openDrain | bit : this.#openDrain & ~bit;
    this.write(bit, high ? bit : 0);
  }

  /** Sets the outputs among `mask` at one instant; inputs are left alone. */
  write(mask: NetMask, levels: NetMask): void {
    const written = mask & this.#outputs;
    this.#low = (this.#low & ~written) | (written & ~levels);
    this.#high = (this.#high & ~written) | (written & levels & ~this.#openDrain);
    this.#resolve(written);
  }

  /** A resistor on the board itself, whatever the line does. */
  setBoardPull(net: number, pull: Pull): void {
    const bit = this.#bit(net);
    this.#boardPullUp = pull === "up" ? this.#boardPullUp | bit : this.#boardPullUp & ~bit;
    this.#boardPullDown = pull === "down" ? this.#boardPullDown | bit : this.#boardPullDown & ~bit;
    this.#resolve(bit);
  }

  /** Closes one switch between two nets, with this much resistance. */
  closeSwitch(one: number, other: number, ohms = 0): void {
    this.#changeSwitch(one, other, 1);
    if (ohms > 0) this.#resistors.push({ one, other, ohms });
    this.#resolve(this.#bit(one));
  }

  /** Opens one switch between two nets: of several, one that has this much resistance. */
  openSwitch(one: number, other: number, ohms = 0): void {
    const index = this.#resistors.findIndex(
      (each) => each.one === one && each.other === other && each.ohms === ohms,
    );
    if (ohms > 0 && index < 0)
      throw new RangeError(`no switch of ${ohms} ohms is closed between nets ${one} and ${other}`);
    this.#changeSwitch(one, other, -1);
    if (ohms > 0) this.#resistors.splice(index, 1);
    this.#resolve(this.#bit(one) | this.#bit(other));
  }

  /** Calls `listener` whenever one of `mask` changes. Returns the call that ends it. */
  watch(mask: NetMask, listener: NetListener): () => void {
    const watcher = { mask, listener };
    this.#watchers.push(watcher);
    return () => {
      const index = this.#watchers.indexOf(watcher);
      if (index >= 0) this.#watchers.splice(index, 1);
    };
  }

  #bit(net: number): NetMask {
    if (!this.has(net)) throw new RangeError(`there is no net ${net}: 0 to ${this.#count - 1} are`);
    return 1 << net;
  }

  #changeSwitch(one: number, other: number, by: 1 | -1): void {
    const [oneBit, otherBit] = [this.#bit(one), this.#bit(other)];
    const pair = Math.min(one, other) * this.#count + Math.max(one, other);
    const closed = (this.#closures[pair] ?? 0) + by;
    if (closed < 0 || one === other)
      throw new RangeError(`no switch is closed between nets ${one} and ${other}`);
    this.#closures[pair] = closed;
    const [oneNear, otherNear] = [this.#neighbours[one] ?? 0, this.#neighbours[other] ?? 0];
    this.#neighbours[one] = closed > 0 ? oneNear | otherBit : oneNear & ~otherBit;
    this.#neighbours[other] = closed > 0 ? otherNear | oneBit : otherNear & ~oneBit;
    this.#shorted &= ~(oneBit | otherBit);
    if (this.#neighbours[one] !== 0) this.#shorted |= oneBit;
    if (this.#neighbours[other] !== 0) this.#shorted |= otherBit;
  }

  /** All nets shorted to those of `seed`, directly or through others. */
  #group(seed: NetMask): NetMask {
    let group = seed;
    let frontier = seed;
    while (frontier !== 0) {
      const net = 31 - Math.clz32(frontier);
      frontier &= ~(1 << net);
      const found = (this.#neighbours[net] ?? 0) & ~group;
      group |= found;
      frontier |= found;
    }
    return group;
  }

  #resolve(touched: NetMask): void {
    const before = this.#levels;
    const alone = touched & ~this.#shorted;
    const pullUp = this.#linePullUp | this.#boardPullUp;
    const pullDown = this.#linePullDown | this.#boardPullDown;
    const undriven = ~(this.#low | this.#high);
    const kept = undriven & ~pullUp & ~pullDown & before;
    const settled = this.#high | (undriven & pullUp & ~pullDown) | kept;
    let levels = (before & ~alone) | (alone & settled);
    for (let rest = touched & this.#shorted; rest !== 0;) {
      const group = this.#group(rest & -rest);
      rest &= ~group;
      if (this.#resistors.some(({ one }) => (group & (1 << one)) !== 0))
        levels = (levels & ~group) | this.#levelsOfResistive(group, pullUp, pullDown);
      else levels = this.#groupIsHigh(group, pullUp, pullDown) ? levels | group : levels & ~group;
    }
    this.#levels = levels;
    const changed = before ^ levels;
    if (changed === 0) return;
    if (this.#rise !== null) this.#noteRise(changed & levels & ~this.#high, this.#rise);
    for (const { mask, listener } of this.#watchers) {
      if ((mask & changed) !== 0) listener(changed, levels);
    }
  }

  #levelsOfResistive(group: NetMask, pullUp: NetMask, pullDown: NetMask): NetMask {
    if ((this.#low & this.#high & group) !== 0) this.#contention++;
    const shorts: Resistor[] = [];
    for (let one = 0; one < this.#count; one++) {
      if ((group & (1 << one)) === 0) continue;
      for (let other = one + 1; other < this.#count; other++) {
        const closed = this.#closures[one * this.#count + other] ?? 0;
        const resistive = this.#resistors.filter(
          (each) => Math.min(each.one, each.other) === one && Math.max(each.one, each.other) === other,
        );
        if (closed > resistive.length) shorts.push({ one, other, ohms: 0 });
      }
    }
    return levelsThroughResistance({
      group,
      switches: [...this.#resistors.filter(({ one }) => (group & (1 << one)) !== 0), ...shorts],
      low: this.#low,
      high: this.#high,
      pullUp,
      pullDown,
      before: this.#levels,
    });
  }

  #noteRise(raised: NetMask, { nowMs }: RiseTime): void {
    this.#rising |= raised;
    for (let rest = raised; rest !== 0; rest &= rest - 1)
      this.#raisedAtMs[31 - Math.clz32(rest & -rest)] = nowMs();
  }

  #stillRising(): NetMask {
    if (this.#rise === null) return 0;
    const highSinceMs = this.#rise.nowMs() - this.#rise.us / 1000;
    for (let rest = this.#rising; rest !== 0; rest &= rest - 1) {
      const net = 31 - Math.clz32(rest & -rest);
      if ((this.#raisedAtMs[net] ?? 0) <= highSinceMs) this.#rising &= ~(1 << net);
    }
    return this.#rising;
  }

  #groupIsHigh(group: NetMask, pullUp: NetMask, pullDown: NetMask): boolean {
    const low = (this.#low & group) !== 0;
    const high = (this.#high & group) !== 0;
    if (low && high) this.#contention++;
    if (low) return false;
    if (high) return true;
    if ((pullDown & group) !== 0) return false;
    return (pullUp & group) !== 0 || (this.#levels & group) === group;
  }
}
