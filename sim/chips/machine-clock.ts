import type { Scheduler, SystemClock, Timer } from "../../hal/ports.ts";
import { LinuxClock } from "../../hal/clock/linux-clock.ts";
import { SimulatedSysfs } from "./sysfs.ts";

/**
 * A machine's crystal, its kernel's two clocks, and whatever may set the wall clock: a real-time clock, NTP, somebody at a
 * shell. The crystal drifts; NTP steps the wall clock once, and then keeps both clocks true (adjtimex(2), time(7)).
 */
export interface MachineClockOptions {
  /** The world's own time. */
  readonly scheduler: Scheduler;
  /** What time it truly is, milliseconds since 1970. */
  readonly trueWallMs: () => number;
  /** How much too fast the crystal is. */
  readonly driftPpm?: number;
  /** How wrong a real-time clock is that keeps going without power; null for none, as before the Raspberry Pi 5. */
  readonly rtcErrorMs?: number | null;
  /** Where the wall clock of a machine without one begins at each boot, milliseconds since 1970. */
  readonly bootsAtMs?: number;
  /** Whether NTP can be reached. */
  readonly ntp?: boolean;
  /** How wrong the servers are that it asks. */
  readonly ntpErrorMs?: number;
  /** How long NTP takes to set the clock once it can be reached. */
  readonly ntpTakesMs?: number;
}

/** As the machine shows that no RTC set: the day on which the image was made, say. */
const BOOTS_AT_MS = Date.UTC(2019, 0, 28, 18);
/** Before NTP notices that somebody stepped its clock: its least polling interval (RFC 5905, MINPOLL 2^5 s of systemd-timesyncd). */
const POLL_MS = 32_000;
/** What is left of errors when NTP has set the clock. */
const NTP_ERROR_US = 20_000;
/** include/linux/timex.h: MAXFREQ lets maxerror grow by 500 us a second, NTP_PHASE_LIMIT ends it. */
const ERROR_GROWTH_US_PER_MS = 0.5;
const PHASE_LIMIT_US = 16_000_000;
const PPM = 1e-6;

/** struct timex of 64-bit machines (include/uapi/linux/timex.h). */
const TIMEX = { maxerror: 24, esterror: 32, status: 40 } as const;
const STA_UNSYNC = 0x40;
const TIME_OK = 0;
const TIME_ERROR = 5;

/** Both clocks at an instant of the world's, from which they go on evenly. */
interface Anchor {
  readonly atMs: number;
  readonly monotonicMs: number;
  readonly wallMs: number;
  readonly maxErrorUs: number;
  /** NTP keeps them. */
  readonly isKept: boolean;
}

export class MachineClock {
  readonly #options: MachineClockOptions;
  readonly #files: SimulatedSysfs;
  #ntp: boolean;
  /** When NTP will have set the clock, the world's time; null while it does not try. */
  #setAtMs: number | null = null;
  #anchor: Anchor;
  /** The present boot's, so that no timer of an earlier one reads this one's clocks. */
  #boot = 0;

  constructor(options: MachineClockOptions) {
    this.#options = options;
    this.#ntp = options.ntp ?? true;
    this.#files = new SimulatedSysfs((run) => options.scheduler.soon(run));
    if (this.#rtcErrorMs !== null) this.#files.add("/sys/class/rtc/rtc0/hctosys", { read: () => "1\n" });
    this.#anchor = this.#booted();
    this.boot();
  }

  /** The machine begins anew: its monotonic clock at 0, its wall clock by the real-time clock, or where it always begins. */
  boot(): void {
    this.#boot += 1;
    this.#anchor = this.#booted();
    this.#tryNtp(this.#options.ntpTakesMs ?? 0);
  }

  /** NTP can be reached from now on, or cannot. */
  setNtp(isReachable: boolean): void {
    if (isReachable === this.#ntp) return;
    this.#anchor = { ...this.#now(), isKept: false };
    this.#ntp = isReachable;
    this.#tryNtp(this.#options.ntpTakesMs ?? 0);
  }

  /** Somebody sets the wall clock by so much: the kernel takes it for nobody's from then on (ntp_clear). */
  step(byMs: number): void {
    const { wallMs, ...now } = this.#now();
    this.#anchor = { ...now, wallMs: wallMs + byMs, maxErrorUs: PHASE_LIMIT_US, isKept: false };
    this.#tryNtp(POLL_MS);
  }

  /** The monotonic clock, and timers on it, for this boot's programs. */
  get scheduler(): Scheduler {
    const { scheduler } = this.#options;
    const boot = this.#boot;
    const nowMs = (): number => this.#now().monotonicMs;
    return {
      nowMs,
      after: (delayMs, run) => {
        const dueMs = nowMs() + delayMs;
        let timer: Timer = arm(delayMs);
        // The crystal may have been faster than this timer's: a timer is never early on its own clock.
        const wake = (): void => {
          const leftMs = boot === this.#boot ? dueMs - nowMs() : 0;
          if (leftMs > 0) timer = arm(leftMs);
          else run();
        };
        function arm(waitMs: number): Timer {
          return scheduler.after(waitMs, () => wake());
        }
        return { cancel: () => timer.cancel() };
      },
      soon: (run) => scheduler.soon(run),
    };
  }

  readonly wallClock = { wallMs: (): number => Math.floor(this.#now().wallMs) };

  /** How wrong the wall clock is, milliseconds. */
  get errorMs(): number {
    return this.#now().wallMs - this.#options.trueWallMs();
  }

  /** The real driver on this kernel. */
  system(): SystemClock {
    return new LinuxClock({ adjtimex: () => (timex) => this.#adjtimex(timex), files: this.#files });
  }

  #adjtimex(timex: Buffer): number {
    const { maxErrorUs, isKept } = this.#now();
    const errorUs = BigInt(Math.min(PHASE_LIMIT_US, Math.round(maxErrorUs)));
    timex.writeBigInt64LE(errorUs, TIMEX.maxerror);
    timex.writeBigInt64LE(errorUs, TIMEX.esterror);
    timex.writeInt32LE(isKept ? 0 : STA_UNSYNC, TIMEX.status);
    return isKept ? TIME_OK : TIME_ERROR;
  }

  get #rtcErrorMs(): number | null {
    return this.#options.rtcErrorMs ?? null;
  }

  #booted(): Anchor {
    const { scheduler, trueWallMs, bootsAtMs } = this.#options;
    const rtcErrorMs = this.#rtcErrorMs;
    return {
      atMs: scheduler.nowMs(),
      monotonicMs: 0,
      wallMs: rtcErrorMs === null ? (bootsAtMs ?? BOOTS_AT_MS) : trueWallMs() + rtcErrorMs,
      maxErrorUs: PHASE_LIMIT_US,
      isKept: false,
    };
  }

  #tryNtp(takesMs: number): void {
    this.#setAtMs = this.#ntp ? this.#options.scheduler.nowMs() + takesMs : null;
  }

  #now(): Anchor {
    const nowMs = this.#options.scheduler.nowMs();
    if (this.#setAtMs !== null && nowMs >= this.#setAtMs) {
      const before = this.#at(this.#setAtMs);
      const { trueWallMs, ntpErrorMs = 0 } = this.#options;
      const wallMs = trueWallMs() - (nowMs - this.#setAtMs) + ntpErrorMs;
      this.#anchor = { ...before, wallMs, maxErrorUs: NTP_ERROR_US, isKept: true };
      this.#setAtMs = null;
    }
    return this.#at(nowMs);
  }

  #at(nowMs: number): Anchor {
    const { atMs, monotonicMs, wallMs, maxErrorUs, isKept } = this.#anchor;
    const goneMs = nowMs - atMs;
    const countedMs = isKept ? goneMs : goneMs * (1 + (this.#options.driftPpm ?? 0) * PPM);
    return {
      atMs: nowMs,
      monotonicMs: monotonicMs + countedMs,
      wallMs: wallMs + countedMs,
      maxErrorUs: isKept
        ? NTP_ERROR_US
        : Math.min(PHASE_LIMIT_US, maxErrorUs + goneMs * ERROR_GROWTH_US_PER_MS),
      isKept,
    };
  }
}
