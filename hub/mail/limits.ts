/** Every limit on mail. Times are milliseconds. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Mails that may wait at once; beyond that a notice stands on the page alone. */
export const MAX_WAITING_MAILS = 10_000;
/** Owners and admins who are told of one notice. */
export const MAX_RECIPIENTS = 200;
/** A mail that has waited this long is given up; news of a forgotten PIN is old by then. */
export const MAIL_LIFE_MS = 2 * DAY_MS;
/** What became of a mail is shown this long, and so is one that had no server to go to. */
export const MAIL_KEPT_MS = 30 * DAY_MS;
/** Tries that a mail gets before its life is over, whatever the clock does. */
export const MAX_TRIES = 60;
/** From the first failure to the second try; doubled with each failure. */
export const FIRST_RETRY_MS = 30 * SECOND_MS;
/** RFC 5321 section 4.5.4.1 asks for at least 30 minutes between tries in the long run. */
export const LONGEST_RETRY_MS = HOUR_MS;
/** How long a hub may be at one mail up to the message, and from there on, before another takes it for stopped. */
export const ENVELOPE_CLAIM_MS = 2 * MINUTE_MS;
export const MESSAGE_CLAIM_MS = 15 * MINUTE_MS;
/** A hub looks for mails that are due this often, whoever queued them. */
export const POLL_MS = 15 * SECOND_MS;
/** After a change was committed: several at once are one look. */
export const WAKE_DELAY_MS = 250;
/** Mails that one look sends; more wait for the next. */
export const MAX_PER_LOOK = 500;
/** Old mails are dropped this often. */
export const PRUNE_INTERVAL_MS = HOUR_MS;
/** A hub that stops waits this long for the server's answer to a message that has left. */
export const STOP_GRACE_MS = 500;
