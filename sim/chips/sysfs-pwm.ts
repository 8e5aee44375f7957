import type { Scheduler } from "../../hal/ports.ts";
import { errnoError } from "./kernel-files.ts";
import { SimulatedSysfs } from "./sysfs.ts";

const FOLDER = "/sys/class/pwm";
const DEVICES = "/sys/devices/platform/soc";

/** What a channel puts on its line. */
export interface PwmWave {
  readonly frequencyHz: number;
  /** Of each period that is high; 0 is no pulse at all. */
  readonly share: number;
}

type WaveListener = (wave: PwmWave | null) => void;

interface Channel {
  periodNs: number;
  dutyNs: number;
  enabled: boolean;
  exported: boolean;
}

export interface SimulatedSysfsPwmOptions {
  readonly scheduler: Scheduler;
  /** Name of the unit's device: `fe20c000.pwm` on a Pi 4. */
  readonly device?: string;
  readonly channels?: number;
  /** How long udev takes to hand a new channel to its group. */
  readonly udevMs?: number;
}

const NS_PER_S = 1e9;

/**
 * A PWM unit in sysfs (drivers/pwm/sysfs.c, pwm_apply in core.c): it refuses what the kernel refuses. A channel keeps its settings when it
 * is unexported.
 */
export class SimulatedSysfsPwm {
  readonly files: SimulatedSysfs;
  readonly #options: SimulatedSysfsPwmOptions;
  readonly #channels: readonly Channel[];
  readonly #listeners = new Map<number, WaveListener[]>();
  readonly #chip = `${FOLDER}/pwmchip0`;
  #broken = false;
  #taken: number | null = null;

  constructor(options: SimulatedSysfsPwmOptions) {
    this.#options = options;
    const { scheduler, device = "fe20c000.pwm", channels = 2 } = options;
    this.files = new SimulatedSysfs((run) => scheduler.soon(run));
    this.#channels = Array.from({ length: channels }, () => ({
      periodNs: 0,
      dutyNs: 0,
      enabled: false,
      exported: false,
    }));
    this.files.addLink(`${this.#chip}/device`, `${DEVICES}/${device}`);
    this.files.add(`${this.#chip}/npwm`, { read: () => String(channels) });
    this.files.add(`${this.#chip}/export`, { write: (text) => this.#export(Number(text)) });
    this.files.add(`${this.#chip}/unexport`, { write: (text) => this.#unexport(Number(text)) });
  }

  /** Numbers of the channels that are exported. */
  get exported(): readonly number[] {
    return this.#channels.flatMap(({ exported }, index) => (exported ? [index] : []));
  }

  /** What a channel puts on its line; null where it is off. */
  wave(channel: number): PwmWave | null {
    const state = this.#channels[channel];
    if (state?.enabled !== true) return null;
    return { frequencyHz: NS_PER_S / state.periodNs, share: state.dutyNs / state.periodNs };
  }

  /** Calls `listener` after each change of a channel. */
  watch(channel: number, listener: WaveListener): void {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
  }

  /** Fault: from now on the unit refuses every setting. */
  failWith(broken: boolean): void {
    this.#broken = broken;
  }

  /** A driver of the kernel takes a channel. */
  take(channel: number): void {
    this.#taken = channel;
  }

  #export(index: number): void {
    const state = this.#channels[index];
    if (state === undefined) throw errnoError("ENODEV");
    if (state.exported || this.#taken === index) throw errnoError("EBUSY");
    state.exported = true;
    const { scheduler, udevMs = 0 } = this.#options;
    this.#addAttributes(index, state, udevMs === 0);
    if (udevMs > 0) {
      scheduler.after(udevMs, () => {
        if (state.exported) this.#addAttributes(index, state, true);
      });
    }
  }

  #unexport(index: number): void {
    const state = this.#channels[index];
    if (!state?.exported) throw errnoError("ENODEV");
    state.exported = false;
    this.files.removeFolder(`${this.#chip}/pwm${index}`);
  }

  #addAttributes(index: number, state: Channel, writable: boolean): void {
    const add = (name: string, read: () => number, change: (value: number) => Partial<Channel>): void => {
      const write = (text: string): void => this.#apply(index, state, change(Number(text)));
      const path = `${this.#chip}/pwm${index}/${name}`;
      this.files.add(path, writable ? { read: () => String(read()), write } : { read: () => String(read()) });
    };
    add(
      "period",
      () => state.periodNs,
      (periodNs) => ({ periodNs }),
    );
    add(
      "duty_cycle",
      () => state.dutyNs,
      (dutyNs) => ({ dutyNs }),
    );
    add(
      "enable",
      () => (state.enabled ? 1 : 0),
      (enabled) => ({ enabled: enabled === 1 }),
    );
  }

  #apply(index: number, state: Channel, change: Partial<Channel>): void {
    if (this.#broken) throw errnoError("EIO");
    const { periodNs, dutyNs } = { ...state, ...change };
    if (!(periodNs > 0) || !(dutyNs >= 0) || dutyNs > periodNs) throw errnoError("EINVAL");
    Object.assign(state, change);
    for (const listener of this.#listeners.get(index) ?? []) listener(this.wave(index));
  }
}
