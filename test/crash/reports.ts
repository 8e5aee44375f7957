import * as z from "zod";

/** What the parent of a crash test and its children tell each other: settings once, orders down, reports up, JSON each. */

const person = z.object({
  number: z.string(),
  pin: z.string(),
  /** Whether the Universal PIN opens their profile too. */
  universal: z.boolean(),
});
export type Worker = z.infer<typeof person>;

const clocks = {
  /** How much faster than the machine's its time runs. */
  timesFaster: z.number().min(1),
  /** The instant from which it does, the same for all processes of a test; wall, milliseconds. */
  beganMs: z.int(),
};

export const terminalSettings = z.object({
  folder: z.string(),
  hubUrl: z.string(),
  claimToken: z.string().nullable(),
  /** Of who comes, and what they type. */
  seed: z.int(),
  ...clocks,
  people: z.array(person),
  universalPin: z.string(),
});
export type TerminalSettings = z.infer<typeof terminalSettings>;

export const hubSettings = z.object({
  folder: z.string(),
  /** 0 picks a free one. */
  port: z.int(),
  ...clocks,
  /** Makes the demo workspace, wrong PINs that cost nothing, and a claim token. */
  isFirst: z.boolean(),
});
export type HubSettings = z.infer<typeof hubSettings>;

/** To a terminal, one a line of its standard input. */
export const order = z.object({
  /** So many things are to happen from now on; then it tells `rest`, and nobody comes any more. */
  acts: z.int().min(0),
});
export type Order = z.infer<typeof order>;

/** From a child, one a line of its pipe {@link REPORT_FD}, written before the child does anything else. */
export const report = z.discriminatedUnion("type", [
  /** A hub takes connections. */
  z.object({
    type: z.literal("listening"),
    port: z.int(),
    claimToken: z.string().nullable(),
    people: z.array(person),
    universalPin: z.string(),
  }),
  /** A terminal takes keys. */
  z.object({ type: z.literal("ready") }),
  /** The display says that this happened, with this receipt. */
  z.object({
    type: z.literal("shown"),
    kind: z.string(),
    person: z.string().nullable(),
    seq: z.int(),
    receipt: z.string(),
  }),
  /** The hub said that it has everything up to this event. */
  z.object({ type: z.literal("acked"), seq: z.int() }),
  /** The display says that something could not be recorded. */
  z.object({ type: z.literal("failed"), code: z.string() }),
  z.object({ type: z.literal("link"), up: z.boolean(), unsent: z.int() }),
  z.object({ type: z.literal("rest") }),
]);
export type Report = z.infer<typeof report>;
export type Shown = Extract<Report, { type: "shown" }>;

export const REPORT_FD = 3;
