import type { Mutant } from "./mutant.ts";

/** Bugs of what the hub makes of events. */
export const HUB_MUTANTS: readonly Mutant[] = [
  {
    name: "order-of-arrival",
    file: "hub/punches/record.ts",
    find: `return rows.every((row) => row.at_ms > tailMs && row.basis !== "bounded");`,
    replace: `return rows.every((row) => row.basis !== "bounded" || row.at_ms > tailMs);`,
    why: "what a terminal hands in late is taken for the newest",
  },
  {
    name: "order-by-the-clock-within-a-store",
    file: "hub/punches/history.ts",
    find: "orderMs = Math.max(orderMs, punch.atMs);",
    replace: "orderMs = punch.atMs;",
    why: "a clock that was set back turns coming and going round",
  },
  {
    name: "undone-punches-count",
    file: "hub/punches/history.ts",
    find: "if (undone.has(keyText(punch)) || voided.has",
    replace: "if (voided.has",
    why: "whoever undid a punch is still where it put them",
  },
  {
    name: "undos-derive-nothing",
    file: "hub/punches/record.ts",
    find: "for (const undo of undos) add(undo.person, undo.at_ms);",
    replace: "",
    why: "an undo is kept, and nobody is anywhere else for it",
  },
  {
    name: "time-correction-the-wrong-way",
    file: "hub/punches/retime.ts",
    find: "    note(row.person, row.order_ms, row.at_ms, time.at_ms);\n",
    replace: "",
    why: "punches get other times, and histories stay as they were",
  },
  {
    name: "success-elsewhere-ends-nothing",
    file: "hub/tries/tries.ts",
    find: '.set((row) => ({ refusals: 0, wait_ms: 0, reset_seq: row.ref("last_seq") }))',
    replace: '.set((row) => ({ refusals: 0, wait_ms: 0, reset_seq: row.ref("reset_seq") }))',
    why: "after the right PIN at one door the other still counts the wrong ones",
  },
  {
    name: "roster-revision-not-counted",
    file: "hub/kiosks/revision.ts",
    find: `.set((expression) => ({ roster_revision: expression("roster_revision", "+", 1) }))`,
    replace: `.set((expression) => ({ roster_revision: expression("roster_revision", "+", 0) }))`,
    why: "no terminal hears of a change",
  },
  {
    name: "included-events-promised-too-early",
    file: "hub/kiosks/roster.ts",
    find: "return store?.acked_seq ?? 0;",
    replace: "return (store?.acked_seq ?? 0) + 1;",
    why: "a punch made meanwhile counts as known to the hub, and is not shown",
  },
  {
    name: "punch-half-committed",
    file: "hub/store/store.ts",
    find: "transaction: (work) => queries.transaction().execute(work),",
    replace: "transaction: (work) => work(queries as never),",
    why: "a power cut leaves events of which nobody's punch was made",
  },
  {
    name: "signature-not-asked-for",
    file: "hub/punches/batch.ts",
    find: "if (!isSignedBy(source.publicKey, signed, batch.signature)) {",
    replace: "if (!isSignedBy(source.publicKey, signed, batch.signature) && events.length === 0) {",
    why: "whoever sits between writes punches",
  },
];
