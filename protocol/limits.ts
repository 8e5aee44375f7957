/** Every limit on what crosses the wire. Both sides enforce them; a peer that exceeds one is refused with a code. */

/** Largest WebSocket message either side accepts, bytes. A roster page and an event batch stay well below. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
/** Events in one `events` message. */
export const MAX_EVENTS_PER_BATCH = 500;
/** UTF-8 bytes of one event's envelope. */
export const MAX_EVENT_BYTES = 4 * 1024;
/** UTF-8 bytes of a batch's events as strings of the message, quotes escaped: leaves room for framing below MAX_MESSAGE_BYTES. */
export const MAX_BATCH_EVENT_BYTES = 224 * 1024;
/** Batches a terminal may have under way without an ack. */
export const MAX_BATCHES_IN_FLIGHT = 8;
/** People in one `rosterPage` or `rosterDelta`. */
export const MAX_PEOPLE_PER_PAGE = 100;
/** People assigned to one kiosk. */
export const MAX_PEOPLE_PER_KIOSK = 10_000;
/** A person's name, characters (product.md: names of 1 and 200 characters). */
export const MAX_NAME_LENGTH = 200;
/** Work spans a presence carries: everything of a day at a box, however often someone punches. */
export const MAX_SPANS = 64;

/** A peer that has not proved itself by then is closed. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** The terminal sends `status` this often; the coalesced pulse of design section 9. */
export const HEARTBEAT_MS = 30_000;
/** A link silent for this long is dead: two and a half heartbeats. */
export const SILENCE_LIMIT_MS = 75_000;
/** Bytes that may wait in a link before its owner stops producing. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
