import { codeOf } from "../../protocol/errors.ts";
import { CLOSE_GOING } from "../../protocol/messages.ts";
import type { Timer } from "../../protocol/seams.ts";
import type { StoreHealth, StoreStatus } from "../ledger/store.ts";
import { Backoff } from "./backoff.ts";
import { NewStores } from "./new-stores.ts";
import type { SyncParts } from "./parts.ts";
import { SyncSession, type Ending } from "./session.ts";

/** The ledger does its chores soon after it was used, and may record something then; a look wakes two threads. */
const BEATS_AFTER_USE = 5;
/** Of the beats of a terminal that nobody uses. */
const BEATS_A_LOOK = 10;

/**
 * Keeps the terminal in step with its hub: events up and acknowledged, the roster down, for ever, one session after the other,
 * with a pause after each failure. The ledger is the only queue; nothing here has to survive.
 */
export class SyncClient {
  readonly #parts: SyncParts;
  readonly #backoff: Backoff;
  readonly #newStores = new NewStores();
  #session: SyncSession | null = null;
  #timer: Timer | null = null;
  #isStopped = true;
  /** As last told: it changes with every event and acknowledgement, and is told with each. */
  #unsent = 0;
  /** As last asked for; a heartbeat does not wait for the disk. */
  #health: StoreHealth | null = null;
  #downSinceMs: number;
  /** Beats since something was recorded. */
  #quietBeats = 0;
  /** The code last logged: a hub that refuses the same way every minute is one line, not a line a minute. */
  #loggedCode: string | null = null;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.random);
    this.#downSinceMs = parts.scheduler.nowMs();
  }

  start(): void {
    this.#isStopped = false;
    void this.#connect();
  }

  /** Closes the link and tries no more. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#session?.stop();
    this.#session = null;
  }

  /** A new event is in the ledger: send it now if the link is up, and tell how many wait. */
  poke(): void {
    this.#quietBeats = 0;
    if (this.#session?.isUp === true) void this.#session.pump();
    else void this.#report();
  }

  /** The roster could not be read and was forgotten: asks the hub for it on a new link. */
  rosterLost(): void {
    this.#session?.drop("roster.sealed");
  }

  /** To be called every HEARTBEAT_MS. */
  beat(): void {
    if (this.#health !== null) this.#session?.beat(this.#unsent, this.#health);
    this.#quietBeats += 1;
    if (this.#quietBeats > BEATS_AFTER_USE && this.#quietBeats % BEATS_A_LOOK !== 0) return;
    void this.#look();
  }

  async #connect(): Promise<void> {
    const { connect, ledger } = this.#parts;
    try {
      const [health, status] = await Promise.all([ledger.health(), ledger.status()]);
      this.#health = health;
      const link = await connect();
      if (this.#isStopped) {
        link.close(CLOSE_GOING, "going");
        return;
      }
      this.#session = new SyncSession(this.#parts, link, status, this.#newStores, {
        up: () => this.#linkUp(),
        progress: () => void this.#report(),
        over: (ending) => this.#over(ending),
        gone: () => {
          this.stop();
          this.#parts.onRevoked();
        },
      });
    } catch (error) {
      this.#retry({ code: codeOf(error), why: "failed", hintMs: 0 });
    }
  }

  #linkUp(): void {
    this.#backoff.linkUp(this.#parts.scheduler.nowMs());
    this.#loggedCode = null;
  }

  #over(ending: Ending): void {
    if (this.#session?.wasUp === true) this.#downSinceMs = this.#parts.scheduler.nowMs();
    this.#session = null;
    this.#retry(ending);
  }

  #retry({ code, why, hintMs }: Ending): void {
    if (this.#isStopped) return;
    const { scheduler, log } = this.#parts;
    if (code !== this.#loggedCode) log.warn({ code }, "no link to the hub; trying again");
    this.#loggedCode = code;
    void this.#report();
    const pauseMs = this.#backoff.pauseMs(scheduler.nowMs(), why, hintMs);
    this.#timer?.cancel();
    this.#timer = scheduler.after(pauseMs, () => void this.#connect());
  }

  /** Looks at how the ledger is, between events: it may have been damaged, or its disk be full. */
  async #look(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    const { ledger, log } = this.#parts;
    try {
      // Asked at once: the two threads of an idle terminal wake up for it once.
      const [health, status] = await Promise.all([ledger.health(), ledger.status()]);
      this.#health = health;
      // The ledger records some things by itself, and tells nobody.
      if (session.lags(status)) this.poke();
      else this.#tell(status);
    } catch (error) {
      log.error({ code: codeOf(error) }, "the ledger does not say how it is");
    }
  }

  /** Tells the terminal how the link is and how much waits. A store that fails says so elsewhere. */
  async #report(): Promise<void> {
    try {
      this.#tell(await this.#parts.ledger.status());
    } catch (error) {
      this.#parts.log.error({ code: codeOf(error) }, "the ledger did not answer");
    }
  }

  #tell(status: StoreStatus): void {
    if (this.#isStopped) return;
    this.#session?.looked(status);
    const { unsent } = status;
    this.#unsent = unsent;
    const isUp = this.#session?.isUp === true;
    this.#parts.onLink(isUp ? { link: "up", unsent } : { link: "down", unsent, sinceMs: this.#downSinceMs });
  }
}
