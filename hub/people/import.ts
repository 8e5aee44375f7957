import { CodedError } from "../../protocol/errors.ts";
import { makeId, personId, type PersonId } from "../../protocol/ids.ts";
import { requireAdmin, type Actor } from "../access.ts";
import { recordAudit } from "../audit/audit.ts";
import type { HubContext } from "../context.ts";
import { derivePins, storedColumns, type DerivedPin } from "../pins/derive.ts";
import { countPinEdit } from "../pins/edit-limit.ts";
import { PinChooser } from "../pins/generate.ts";
import type { PinOwner } from "../pins/pin-keys.ts";
import { MAX_PIN_ATTEMPTS, pinRefused, warningOf, type PinWarning } from "../pins/pins.ts";
import { clashProblem, holderOf, type PinProblem } from "../pins/rules.ts";
import { PinUses } from "../pins/uses.ts";
import type { HubTransaction, Queries } from "../store/schema.ts";
import { theWorkspace, type Workspace } from "../workspace/workspace.ts";
import { readImport, type ImportProblem, type ImportRow } from "./import-rows.ts";
import { numberAfter } from "./numbers.ts";
import { newPersonRow } from "./people.ts";

/** Imports people from a CSV file: all of them or nobody. */

/** Problems told at once; more of the same kind help nobody. */
export const MAX_PROBLEMS_TOLD = 100;

/** A file that was not taken: everything that is wrong with it, by line and column. */
export class ImportRefused extends CodedError {
  readonly problems: readonly ImportProblem[];
  /** Problems beyond {@link MAX_PROBLEMS_TOLD}. */
  readonly untold: number;

  constructor(problems: readonly ImportProblem[]) {
    super("import.refused", `nobody was imported: ${problems.length} things are wrong with the file`);
    const inOrder = problems.toSorted((one, other) => one.line - other.line);
    this.problems = inOrder.slice(0, MAX_PROBLEMS_TOLD);
    this.untold = inOrder.length - this.problems.length;
  }
}

export interface ImportedPerson {
  readonly person: PersonId;
  readonly line: number;
  readonly name: string;
  readonly number: string;
  /** To be shown once. */
  readonly pin: string;
  readonly warning: PinWarning | null;
}

/**
 * Imports a file as {@link readImport} reads it. Rejects with {@link ImportRefused} when anything in it is wrong, with
 * CodedError as readImport does, `person.numbers-spent`, `pin.none-left`, `pin.too-many-edits`, `access.admins-only`.
 */
export async function importPeople(
  context: HubContext,
  actor: Actor,
  file: Uint8Array,
): Promise<readonly ImportedPerson[]> {
  requireAdmin(actor);
  const { queries } = context.store;
  const { rows, problems } = readImport(file, await theWorkspace(queries));
  await countPinEdit(context, actor);
  await refuseProblems(context, actor, rows, problems);
  const drafts: readonly Draft[] = rows.map((row) => ({ ...row, id: makeId(personId, context.random) }));
  const derived = new Map<PinOwner, DerivedPin>();
  for (let attempt = 1; ; attempt += 1) {
    const prepared = await prepare(context, drafts, derived);
    const imported = await context.store.transaction((transaction) =>
      insert(transaction, context, actor, prepared),
    );
    if (imported !== null) {
      context.changes.tell({ topics: ["people"], rosters: [] });
      return imported;
    }
    // Someone was faster. A typed PIN or number that is lost is told; a generated PIN is chosen again.
    await refuseProblems(context, actor, rows, []);
    if (attempt >= MAX_PIN_ATTEMPTS)
      throw new CodedError("workspace.busy", "people change all the while: try again");
  }
}

type Draft = ImportRow & { readonly id: PersonId };

async function refuseProblems(
  context: HubContext,
  actor: Actor,
  rows: readonly ImportRow[],
  problems: readonly ImportProblem[],
): Promise<void> {
  const clashes = await clashesWithOthers(context, context.store.queries, rows);
  const all = [...problems, ...duplicates(rows), ...clashesWithin(rows), ...clashes];
  if (all.length === 0) return;
  const answered = clashes.filter((problem) => problem.column === "pin").length;
  // Each of these answers tells about someone's PIN, as a typed one does.
  if (answered > 1) await countPinEdit(context, actor, answered - 1);
  throw new ImportRefused(all);
}

/** Numbers that stand in the file more than once. */
function duplicates(rows: readonly ImportRow[]): ImportProblem[] {
  const sameNumber = Map.groupBy(
    rows.filter((row) => row.number !== null),
    (row) => row.number,
  );
  return [...sameNumber.values()]
    .filter((same) => same.length > 1)
    .flatMap((same) =>
      same.map(({ line }) => ({
        line,
        column: "number" as const,
        code: "person.number-taken",
        message: `the same number stands in ${linesOf(same, line)}`,
      })),
    );
}

/** PINs that an admin and a non-admin of the file would share: both lines are named (PIN case 5). */
function clashesWithin(rows: readonly ImportRow[]): ImportProblem[] {
  const samePin = Map.groupBy(
    rows.filter((row) => row.pin !== null),
    (row) => row.pin,
  );
  return [...samePin.values()].flatMap((same) =>
    same.flatMap(({ line, role }) => {
      const others = same.filter((other) => holderOf(other.role) !== holderOf(role));
      if (others.length === 0) return [];
      const { code, message } = pinRefused("pin.clash-role");
      return [{ line, column: "pin" as const, code, message: `${message}: see ${linesOf(others, line)}` }];
    }),
  );
}

function linesOf(rows: readonly ImportRow[], own: number): string {
  const lines = rows.map((row) => row.line).filter((line) => line !== own);
  return `${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}`;
}

async function clashesWithOthers(
  context: HubContext,
  queries: Queries,
  rows: readonly ImportRow[],
): Promise<ImportProblem[]> {
  const uses = await PinUses.read(context, queries);
  const numbers = await takenNumbers(queries);
  return rows.flatMap((row) => {
    const problems: ImportProblem[] = [];
    if (row.number !== null && numbers.has(row.number)) {
      const message = "belongs to someone who is here already";
      problems.push({ line: row.line, column: "number", code: "person.number-taken", message });
    }
    const clash = clashOf(row, uses);
    if (clash !== null) {
      problems.push({ line: row.line, column: "pin", code: clash, message: pinRefused(clash).message });
    }
    return problems;
  });
}

function clashOf(row: Pick<ImportRow, "pin" | "role">, uses: PinUses): PinProblem | null {
  return row.pin === null ? null : clashProblem(holderOf(row.role), uses.of(row.pin));
}

async function takenNumbers(queries: Queries): Promise<ReadonlySet<string>> {
  const rows = await queries.selectFrom("people").select("number").execute();
  return new Set(rows.map((row) => row.number));
}

/** A row with all that its person will have. */
interface PreparedPerson extends Draft {
  readonly number: string;
  readonly derived: DerivedPin;
}

/** Gives out the numbers and PINs that the file leaves open, and derives what is not derived yet or clashes by now. */
async function prepare(
  context: HubContext,
  drafts: readonly Draft[],
  derived: Map<PinOwner, DerivedPin>,
): Promise<readonly PreparedPerson[]> {
  const { queries } = context.store;
  const workspace = await theWorkspace(queries);
  const numbered = await giveNumbers(queries, workspace, drafts);
  const uses = await PinUses.read(context, queries);
  for (const { pin, role } of drafts) if (pin !== null) uses.add(pin, holderOf(role));
  const chooser = new PinChooser(workspace.pinLength, (candidate) => uses.of(candidate), context.random);
  const wanted: { owner: PinOwner; pin: string }[] = [];
  for (const { id, pin, role, number } of numbered) {
    const holder = holderOf(role);
    const present = derived.get(id)?.pin;
    if (present !== undefined && present !== number && clashProblem(holder, uses.of(present)) === null) {
      uses.add(present, holder);
      continue;
    }
    const chosen = pin ?? chooser.choose(holder, number);
    uses.add(chosen, holder);
    wanted.push({ owner: id, pin: chosen });
  }
  for (const [owner, pin] of await derivePins(context, wanted)) derived.set(owner, pin);
  return numbered.flatMap((draft) => {
    const pin = derived.get(draft.id);
    return pin === undefined ? [] : [{ ...draft, derived: pin }];
  });
}

/** Those left open come after the highest of the workspace and the file. */
async function giveNumbers(
  queries: Queries,
  workspace: Workspace,
  drafts: readonly Draft[],
): Promise<(Draft & { readonly number: string })[]> {
  const known = [...(await takenNumbers(queries)), ...drafts.map((draft) => draft.number)];
  let highest = known.reduce<string | null>(
    (most, each) => ((each ?? "") > (most ?? "") ? each : most),
    null,
  );
  return drafts.map((draft) => {
    if (draft.number !== null) return { ...draft, number: draft.number };
    highest = numberAfter(highest, workspace);
    return { ...draft, number: highest };
  });
}

/** Null when someone else was faster with a PIN, a number or the length of PINs. */
async function insert(
  transaction: HubTransaction,
  context: HubContext,
  actor: Actor,
  prepared: readonly PreparedPerson[],
): Promise<readonly ImportedPerson[] | null> {
  const workspace = await theWorkspace(transaction);
  const uses = await PinUses.read(context, transaction);
  const numbers = await takenNumbers(transaction);
  const imported: ImportedPerson[] = [];
  for (const { id: person, derived, ...row } of prepared) {
    const { pin } = derived;
    const holder = holderOf(row.role);
    const use = uses.of(pin);
    const isLost = clashProblem(holder, use) !== null || numbers.has(row.number);
    if (isLost || pin.length !== workspace.pinLength) return null;
    uses.add(pin, holder);
    await transaction
      .insertInto("people")
      .values({
        ...newPersonRow(context, person, { ...row, moreTime: false, card: null }),
        ...storedColumns(derived, workspace),
      })
      .execute();
    await recordAudit(transaction, context, { actor, action: "person.imported", subject: person });
    const warning = warningOf(holder, use);
    imported.push({ person, line: row.line, name: row.name, number: row.number, pin, warning });
  }
  return imported;
}
