import type { Mutant } from "./mutant.ts";

/** Bugs of what goes between terminal and hub, at either end. */
export const SYNC_MUTANTS: readonly Mutant[] = [
  {
    name: "sent-cursor-one-ahead",
    file: "device/sync/sender.ts",
    find: "this.#sentSeq = ackedSeq;",
    replace: "this.#sentSeq = ackedSeq + 1;",
    why: "on each new link an event is left out",
  },
  {
    name: "sent-cursor-one-behind",
    file: "device/sync/sender.ts",
    find: "this.#sentSeq = run.head.seq;",
    replace: "this.#sentSeq = run.head.seq - 1;",
    why: "the newest event is sent again and again",
  },
  {
    name: "roster-cursor-one-ahead",
    file: "hub/kiosks/roster.ts",
    find: `.where("kiosk_people.changed_revision", ">", from)`,
    replace: `.where("kiosk_people.changed_revision", ">", from + 1)`,
    why: "one change of the roster never reaches a terminal",
  },
  {
    name: "unsent-cursor-of-the-ledger",
    file: "device/sync/session.ts",
    find: "await ledger.resume(ackedSeq, this.#store);",
    replace: `ackedSeq = Math.max(ackedSeq, (await ledger.status()).ackedSeq);
      await ledger.acknowledge(ackedSeq, this.#store);`,
    why: "a hub restored from an older backup does not get what it lacks",
  },
  {
    name: "acknowledged-when-sent",
    file: "device/sync/sender.ts",
    find: "    this.#ownInARow += 1;\n",
    replace: "    this.#ownInARow += 1;\n    await ledger.acknowledge(run.head.seq, store);\n",
    why: "what a broken link swallowed counts as being at the hub",
  },
  {
    name: "acknowledged-one-too-many",
    file: "hub/session/open-session.ts",
    find: "const seq = eventSeq.parse(ackedSeq);",
    replace: "const seq = eventSeq.parse(ackedSeq + 1);",
    why: "an event that the hub has not got is never sent",
  },
  {
    name: "old-acknowledgement-for-the-new-store",
    file: "device/sync/sender.ts",
    find: "if (store === undefined || store === own) {",
    replace: "if (store !== own || store === own) {",
    why: "events of a new store count as being at the hub because those of the one before are",
  },
  {
    name: "silence-never-noticed",
    file: "device/sync/session.ts",
    find: "if (this.#heartbeat.isSilent) {",
    replace: "if (this.#heartbeat.isSilent && !this.isUp) {",
    why: "a link that is dead one way is kept for ever",
  },
  {
    name: "hub-that-goes-is-not-tried-again",
    file: "device/sync/sync-client.ts",
    find: "    this.#session = null;\n    this.#retry(ending);",
    replace: '    this.#session = null;\n    if (ending.why !== "going") this.#retry(ending);',
    why: "after an update of the hub terminals stay away until they are restarted",
  },
  {
    name: "pauses-without-an-upper-bound",
    file: "device/sync/backoff.ts",
    find: "export const LONGEST_PAUSE_MS = 60_000;",
    replace: "export const LONGEST_PAUSE_MS = 60_000_000;",
    why: "after a long outage a terminal comes back hours after its hub",
  },
  {
    name: "pump-forgets-what-came-meanwhile",
    file: "device/sync/sender.ts",
    find: "    this.#isWanted = true;\n    if (this.#isPumping) return;",
    replace: "    if (this.#isPumping) return;\n    this.#isWanted = true;",
    why: "a punch made while another is sent waits for the next one",
  },
  {
    name: "hub-ahead-of-the-card-ignored",
    file: "device/sync/session.ts",
    find: `await this.#beginStore("store.hub-ahead");
      return;`,
    replace: "",
    why: "a card from an older image goes on under numbers that are used",
  },
  {
    name: "fork-not-told",
    file: "hub/punches/ingest.ts",
    find: `renew: isForked ? "fork" : null,`,
    replace: "renew: null,",
    why: "a terminal goes on with one of two histories under the same numbers",
  },
  {
    name: "duplicates-taken-again",
    file: "hub/punches/batch-place.ts",
    find: "if (known !== undefined) {",
    replace: "if (known !== undefined && this.#at !== null) {",
    why: "a batch that comes again, over another link, is not known again",
  },
  {
    name: "another-history-refused",
    file: "hub/punches/batch-place.ts",
    find: "    for (const [store, head] of this.#heads) if (head.seq === seq && head.hash === hash) return store;\n",
    replace: "    for (const [store, head] of this.#heads) if (head.seq === seq) return store;\n",
    why: "an event is put after one of the right number that it does not name",
  },
  {
    name: "other-terminals-not-told",
    file: "hub/punches/ingest.ts",
    find: "  context.changes.tell(change);\n",
    replace: "",
    why: "who came in at one door is out at the other",
  },
];
