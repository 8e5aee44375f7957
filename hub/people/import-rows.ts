import { CsvError, parse } from "csv-parse/sync";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import { MAX_NAME_LENGTH } from "../../protocol/limits.ts";
import { language, role, type PinLength } from "../../protocol/roster.ts";
import { shapeProblem } from "../pins/rules.ts";
import { isName, NAME_RULE } from "./names.ts";

/** A CSV file of people (RFC 4180), read into rows that can be trusted, or into all that is wrong with it. */

export const MAX_IMPORT_BYTES = 4 * 1024 * 1024;
/** Each row costs a slow hash. */
export const MAX_IMPORT_ROWS = 5_000;

export const IMPORT_COLUMNS = ["name", "email", "number", "role", "language", "pin"] as const;
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

export interface ImportProblem {
  /** Where the record begins, counted from 1 as editors do. */
  readonly line: number;
  /** Null: the line as a whole. */
  readonly column: ImportColumn | null;
  readonly code: string;
  /** What is wrong and what would be right; names lines of the file, and never a PIN. */
  readonly message: string;
}

export interface ImportRow {
  readonly line: number;
  readonly name: string;
  readonly email: string | null;
  /** Null: the next free one. */
  readonly number: string | null;
  readonly role: z.output<typeof role>;
  readonly language: z.output<typeof language> | null;
  /** Null: a generated one. */
  readonly pin: string | null;
}

/** Of the workspace. */
export interface ImportRules {
  readonly pinLength: PinLength;
  readonly numberLength: number;
}

export interface ReadImport {
  /** Only those with nothing wrong by themselves. */
  readonly rows: readonly ImportRow[];
  readonly problems: readonly ImportProblem[];
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Reads a file: UTF-8 with or without BOM, lines ended by CRLF or LF, separated by commas or (as some spreadsheets
 * write) semicolons, with the columns of {@link IMPORT_COLUMNS} in any order; all but "name" may be left out. Throws
 * CodedError `import.encoding`, `import.csv`, `import.header`, `import.empty`, `import.too-large`, `import.too-many`
 * when there are no rows to speak of.
 */
export function readImport(file: Uint8Array, workspace: ImportRules): ReadImport {
  const [header, ...records] = parseRecords(file);
  if (header === undefined) throw new CodedError("import.empty", "the file is empty");
  const columns = readHeader(header);
  if (records.length === 0) throw new CodedError("import.empty", "the file has a header and nobody below it");
  if (records.length > MAX_IMPORT_ROWS) {
    throw new CodedError(
      "import.too-many",
      `${records.length} people are in the file, and ${MAX_IMPORT_ROWS} at most can come at once: split it`,
    );
  }
  const schema = rowSchema(workspace);
  const rows: ImportRow[] = [];
  const problems: ImportProblem[] = [];
  for (const { line, fields } of records) {
    if (fields.length !== columns.length) {
      const message = `has ${fields.length} fields where the header has ${columns.length}`;
      problems.push({ line, column: null, code: "import.fields", message });
      continue;
    }
    const entries = columns.map((column, index) => [column, fields[index]?.trim() ?? ""] as const);
    const row = schema.safeParse(Object.fromEntries(entries.filter(([, text]) => text !== "")));
    if (row.success) rows.push({ line, ...row.data });
    else problems.push(...row.error.issues.map((issue) => problemOf(line, issue)));
  }
  return { rows, problems };
}

function parseRecords(file: Uint8Array): CsvRecord[] {
  if (file.length > MAX_IMPORT_BYTES) {
    throw new CodedError("import.too-large", `a file has ${MAX_IMPORT_BYTES / 1024 / 1024} MiB at most`);
  }
  const text = decode(file);
  const [firstLine = ""] = text.split(/\r?\n/, 1);
  const delimiter = firstLine.includes(";") && !firstLine.includes(",") ? ";" : ",";
  const records: CsvRecord[] = [];
  let ended = 0;
  try {
    parse(text, {
      delimiter,
      bom: true,
      relax_column_count: true,
      record_delimiter: ["\r\n", "\n"],
      on_record: (fields: string[], { lines }) => {
        const isBlank = fields.length === 1 && fields[0]?.trim() === "";
        if (!isBlank) records.push({ line: ended + 1, fields });
        ended = lines;
        return null;
      },
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    // The package's own message repeats what stands there.
    throw new CodedError("import.csv", `the file is no CSV from line ${ended + 1} on: look at its quotes`);
  }
  return records;
}

function decode(file: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw new CodedError("import.encoding", 'the file is not UTF-8: save it as "CSV UTF-8"');
  }
}

function readHeader({ fields }: CsvRecord): ImportColumn[] {
  const known = z.array(z.enum(IMPORT_COLUMNS)).safeParse(fields.map((field) => field.trim().toLowerCase()));
  const isSound =
    known.success && known.data.includes("name") && new Set(known.data).size === known.data.length;
  if (!isSound) {
    throw new CodedError(
      "import.header",
      `the first line names the columns, each once: name, and any of ${IMPORT_COLUMNS.slice(1).join(", ")}`,
    );
  }
  return known.data;
}

/** Fields of one row that are not empty. */
function rowSchema({ pinLength, numberLength }: ImportRules) {
  const number = z.string().regex(new RegExp(`^[0-9]{${numberLength}}$`), `must have ${numberLength} digits`);
  return z.strictObject({
    name: z
      .string("is missing")
      // A line end within a cell, as spreadsheets make them, is a blank.
      .overwrite((name) => name.replaceAll(/\s+/gu, " "))
      .max(MAX_NAME_LENGTH, { error: `has more than ${MAX_NAME_LENGTH} characters`, abort: true })
      .refine(isName, `is none: a name ${NAME_RULE}`),
    email: z.email("is no e-mail address").nullable().default(null),
    number: number.nullable().default(null),
    role: role.default("regular"),
    language: language.nullable().default(null),
    pin: z
      .string()
      .superRefine((pin, check) => checkShape(pin, pinLength, check))
      .nullable()
      .default(null),
  });
}

function checkShape(pin: string, length: PinLength, check: z.RefinementCtx<string>): void {
  const problem = shapeProblem(pin, length);
  if (problem === null) return;
  const code =
    problem === "pin.length" && /^[0-9]+$/.test(pin) && pin.length < length ? "pin.lost-zero" : problem;
  check.addIssue({ code: "custom", params: { code }, message: shapeMessage(code, pin.length, length) });
}

function shapeMessage(code: string, digits: number, length: PinLength): string {
  if (code === "pin.repeated") return "a PIN cannot be one digit repeated";
  if (code !== "pin.lost-zero") return `a PIN has ${length} digits and nothing else`;
  return (
    `has ${digits} digits where ${length} are due: a spreadsheet has eaten a leading zero. ` +
    "Format the column as text and type the zero again"
  );
}

const issueParams = z.object({ code: z.string() });

function problemOf(line: number, issue: z.core.$ZodIssue): ImportProblem {
  const column = z.enum(IMPORT_COLUMNS).safeParse(issue.path[0]);
  const field = column.success ? column.data : null;
  const own = issue.code === "custom" ? issueParams.safeParse(issue.params) : null;
  const code = own?.success === true ? own.data.code : `import.${field ?? "fields"}`;
  return { line, column: field, code, message: messageOf(issue) };
}

/** What zod says of a list of choices, in the words of all other messages. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_value" ? `must be one of ${issue.values.join(", ")}` : issue.message;
}
