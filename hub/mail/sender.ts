import { codeOf } from "../../protocol/errors.ts";
import type { Scheduler, Timer } from "../../protocol/seams.ts";
import type { HubContext } from "../context.ts";
import type { HubLog } from "../log.ts";
import { composeHtml, composeText } from "./compose.ts";
import { claimNext, dropOld, keepOutcome, markSending, settleLost, type Claimed } from "./due.ts";
import { letter } from "./letter.ts";
import { MAX_PER_LOOK, POLL_MS, PRUNE_INTERVAL_MS, STOP_GRACE_MS, WAKE_DELAY_MS } from "./limits.ts";
import type { Delivery, MailTransport, OutgoingMail } from "./transport.ts";

export interface MailWay {
  /** Closed with the sender. */
  readonly transport: MailTransport;
  /** E-mail address that mails come from. */
  readonly from: string;
}

export interface SenderOptions {
  readonly context: HubContext;
  readonly scheduler: Scheduler;
  readonly log: HubLog;
  /** Null: mails stay in the outbox, until they are too old. */
  readonly mail: MailWay | null;
  /** Where people reach the hub's page, ending in a slash. */
  readonly hubUrl: () => string;
}

/** Sends what is due, one mail after the other, and drops what is old: one look at start, after each change, and now and then. */
export class MailSender {
  readonly #options: SenderOptions;
  readonly #stopListening: () => void;
  #timer: Timer;
  #look: Promise<void> | null = null;
  #isWoken = false;
  /** The server is in trouble: asking it again at once helps nobody. */
  #isPaused = false;
  #isClosed = false;
  #prunedMs = -Infinity;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#stopListening = options.context.changes.listen(() => this.#wake());
    this.#timer = options.scheduler.after(0, () => this.#start());
  }

  /** Whether it is at it now, or waits for the next time. */
  get isLooking(): boolean {
    return this.#look !== null;
  }

  /** Waits a moment for the answer to a message that has left, and cuts what is under way then. Idempotent. */
  async close(): Promise<void> {
    const { scheduler, mail } = this.#options;
    this.#isClosed = true;
    this.#stopListening();
    this.#timer.cancel();
    if (this.#look === null) {
      mail?.transport.close();
      return;
    }
    const grace = scheduler.after(STOP_GRACE_MS, () => mail?.transport.close());
    await this.#look;
    grace.cancel();
    mail?.transport.close();
  }

  #wake(): void {
    if (this.#isClosed || this.#isWoken || this.#isPaused) return;
    this.#isWoken = true;
    if (this.#look === null) this.#arm(WAKE_DELAY_MS);
  }

  #arm(delayMs: number): void {
    this.#timer.cancel();
    this.#timer = this.#options.scheduler.after(delayMs, () => this.#start());
  }

  #start(): void {
    this.#isWoken = false;
    this.#isPaused = false;
    this.#look = this.#run().finally(() => {
      this.#look = null;
      if (!this.#isClosed) this.#arm(this.#isWoken && !this.#isPaused ? WAKE_DELAY_MS : POLL_MS);
    });
  }

  /** Never rejects: what went wrong is logged, and the next look tries again. */
  async #run(): Promise<void> {
    const { context, log, mail } = this.#options;
    try {
      await this.#prune();
      if (mail === null) return;
      const lost = await settleLost(context);
      if (lost > 0)
        log.warn({ mails: lost }, "it is not known whether mails were sent: the hub was stopped meanwhile");
      if (lost > 0) context.changes.tell({ topics: ["mail"], rosters: [] });
      for (let sent = 0; sent < MAX_PER_LOOK && !this.#isClosed; sent += 1) {
        const claimed = await claimNext(context);
        if (claimed === null) return;
        this.#isPaused = !(await this.#send(mail, claimed));
        if (this.#isPaused) return;
      }
    } catch (error) {
      log.error({ code: codeOf(error) }, "mails could not be looked for");
    }
  }

  /** Resolves with whether others may fare better than this one. */
  async #send(way: MailWay, claimed: Claimed): Promise<boolean> {
    const { context, log } = this.#options;
    const outcome = await this.#deliver(way, claimed);
    if (outcome === null) return true;
    await keepOutcome(context, claimed, outcome);
    context.changes.tell({ topics: ["mail"], rosters: [] });
    const fields = { mail: claimed.mail, result: outcome.result, tries: claimed.row.tries };
    if (outcome.result === "sent" || outcome.result === "withdrawn") log.info(fields, "mail");
    else log.warn({ ...fields, code: outcome.code }, "a mail was not sent, or nobody knows");
    return outcome.result !== "deferred" || !outcome.isServer;
  }

  /** Null: somebody else is at it. */
  async #deliver(
    way: MailWay,
    claimed: Claimed,
  ): Promise<Delivery | { readonly result: "withdrawn" } | null> {
    try {
      const mail = this.#write(claimed, way.from);
      return await way.transport.send(mail, () => markSending(this.#options.context, claimed));
    } catch (error) {
      const code = codeOf(error);
      if (code === "mail.withdrawn") return { result: "withdrawn" };
      if (code === "mail.claim-lost") return null;
      throw error;
    }
  }

  #write({ mail, row }: Claimed, from: string): OutgoingMail {
    const { hubUrl } = this.#options;
    const said = letter.parse(JSON.parse(row.letter));
    return {
      from,
      to: row.address,
      messageId: `<${mail}@${from.slice(from.lastIndexOf("@") + 1)}>`,
      atMs: row.at_ms,
      subject: said.subject,
      text: composeText(said, hubUrl()),
      html: composeHtml(said, hubUrl()),
    };
  }

  async #prune(): Promise<void> {
    const { context, scheduler } = this.#options;
    if (scheduler.nowMs() - this.#prunedMs < PRUNE_INTERVAL_MS) return;
    await dropOld(context);
    this.#prunedMs = scheduler.nowMs();
  }
}
