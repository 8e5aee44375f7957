import { CodedError } from "../../protocol/errors.ts";
import type { Language, PinLength } from "../../protocol/roster.ts";
import { HUB_ACTOR } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import type { Plan, Queries } from "../store/schema.ts";

export interface NewWorkspace {
  readonly name: string;
  readonly plan: Plan;
  readonly pinLength: PinLength;
  /** Digits of every employee number, 1 to 8. */
  readonly numberLength: number;
  /** IANA name. */
  readonly timeZone: string;
  readonly language: Language;
}

export interface Workspace extends NewWorkspace {
  /** PINs are checked but not kept to be shown; see write-only.ts. */
  readonly writeOnlyPins: boolean;
  /** See secrets.ts. */
  readonly keyCheck: string;
}

/** What a workspace is when nobody said otherwise: on a paid plan, PINs and numbers of 4 digits (product.md). */
export const DEFAULT_WORKSPACE = {
  name: "My workspace",
  plan: "standard",
  pinLength: 4,
  numberLength: 4,
  language: "en",
} as const satisfies Omit<NewWorkspace, "timeZone">;

/** Rule 2 of product.md: any paid plan can ask for PINs. */
export function planHasPin(plan: Plan): boolean {
  return plan !== "free";
}

/** Rejects with CodedError `workspace.exists` when there is one already: a hub keeps one. */
export async function createWorkspace(context: HubContext, wanted: NewWorkspace): Promise<void> {
  await context.store.transaction(async (transaction) => {
    if ((await findWorkspace(transaction)) !== null) {
      throw new CodedError("workspace.exists", "this hub has its workspace already");
    }
    await transaction
      .insertInto("workspace")
      .values({
        id: 1,
        name: wanted.name,
        plan: wanted.plan,
        pin_length: wanted.pinLength,
        number_length: wanted.numberLength,
        time_zone: wanted.timeZone,
        language: wanted.language,
        write_only_pins: 0,
        key_check: context.secrets.keyCheck,
        created_ms: context.wallClock.wallMs(),
      })
      .execute();
    await recordAudit(transaction, context, { actor: HUB_ACTOR, action: "workspace.created", subject: null });
  });
}

/** Null before the first start is through. */
export async function findWorkspace(queries: Queries): Promise<Workspace | null> {
  const row = await queries.selectFrom("workspace").selectAll().executeTakeFirst();
  if (row === undefined) return null;
  return {
    name: row.name,
    plan: row.plan,
    pinLength: row.pin_length,
    numberLength: row.number_length,
    timeZone: row.time_zone,
    language: row.language,
    writeOnlyPins: row.write_only_pins === 1,
    keyCheck: row.key_check,
  };
}

/** Rejects with CodedError `workspace.missing` before there is one. */
export async function theWorkspace(queries: Queries): Promise<Workspace> {
  const workspace = await findWorkspace(queries);
  if (workspace === null) throw new CodedError("workspace.missing", "this hub has no workspace yet");
  return workspace;
}
