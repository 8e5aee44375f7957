import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CodedError, codeOf } from "../../protocol/errors.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { loadIdentity } from "../config/identity.ts";
import { ledgerFile } from "../ledger/worker-port.ts";
import { ExportChecker, type ExportReport } from "./check-export.ts";
import { exportLedger } from "./export-ledger.ts";

/** The commands `punchbox verify` and `punchbox export`. */

export interface VerifyOptions {
  readonly json?: boolean;
  readonly receipt?: string;
  readonly key?: string;
}

/** All that was exported holds, and a receipt that was asked for is in it. */
export const EXIT_GOOD = 0;
export const EXIT_WRONG = 1;
/** The file is no export, or cannot be read. */
export const EXIT_NO_EXPORT = 2;

export async function verifyCommand(
  file: string,
  { json = false, receipt, key }: VerifyOptions,
): Promise<{ readonly text: string; readonly exitCode: number }> {
  const checker = new ExportChecker({ receipt: receipt ?? null, publicKey: key ?? null });
  let report: ExportReport;
  try {
    const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity });
    for await (const line of lines) if (line !== "") checker.line(line);
    report = checker.report();
  } catch (error) {
    const detail = error instanceof CodedError ? error.message : `cannot be read (${codeOf(error)})`;
    const text = json ? JSON.stringify({ isGood: false, code: codeOf(error), detail }) : `${file}: ${detail}`;
    return { text, exitCode: EXIT_NO_EXPORT };
  }
  const isFound = receipt === undefined || report.receipts.length > 0;
  const text = json ? JSON.stringify(report, null, 2) : readable(report, receipt ?? null);
  return { text, exitCode: report.isGood && isFound ? EXIT_GOOD : EXIT_WRONG };
}

function readable(
  { isGood, events, stores, findings, moreFindings, receipts }: ExportReport,
  receipt: string | null,
): string {
  const lines = stores.map((each) => {
    const range = each.firstSeq === null ? "no events" : `events ${each.firstSeq} to ${each.lastSeq ?? 0}`;
    const unsigned = Math.max(0, (each.lastSeq ?? 0) - each.signedSeq);
    const tail = unsigned === 0 || each.signatures === 0 ? "" : `, the last ${unsigned} not signed yet`;
    return `terminal ${each.terminal} store ${each.store}: ${range}, ${each.signatures} signatures good${tail}`;
  });
  for (const { what, terminal, store, detail } of findings) {
    lines.push(
      `${what.toUpperCase()}${terminal === null ? "" : ` terminal ${terminal} store ${store ?? ""}`}: ${detail}`,
    );
  }
  if (moreFindings > 0) lines.push(`and ${moreFindings} more findings`);
  if (receipt !== null && receipts.length === 0) lines.push(`receipt ${receipt}: no event here has it`);
  for (const { terminal, event, isSigned } of receipts) {
    const when = new Date(event.wallMs).toISOString();
    lines.push(
      `receipt ${receipt ?? ""}: event ${event.seq} of terminal ${terminal}: ${event.kind} ${JSON.stringify(event.payload)}, ` +
        `person ${event.person ?? "none"}, ${when} by its clock (${event.clock}), ${isSigned ? "signed" : "not signed yet"}`,
    );
  }
  lines.push(
    isGood
      ? `good: ${events} events, nothing missing, changed or put in between`
      : `NOT GOOD: ${events} events`,
  );
  return lines.join("\n");
}

/** Hands the lines of an export of the ledger in a terminal's data folder to `write`, one by one. */
export function exportCommand(folder: string, write: (line: string) => void): void {
  if (!existsSync(join(folder, "identity.json"))) {
    throw new CodedError(
      "export.folder",
      `${folder} is no terminal's data folder: there is no identity.json in it`,
    );
  }
  const { publicKey, privateKey, paired } = loadIdentity(folder);
  if (paired === null)
    throw new CodedError("export.unpaired", `the terminal of ${folder} was never paired: it has no ledger`);
  const path = join(folder, ledgerFile(paired.terminal));
  if (!existsSync(path)) throw new CodedError("export.folder", `there is no ${path}`);
  const driver = openBetterSqlite3(path);
  try {
    // One moment of a terminal that may go on recording meanwhile.
    driver.exec("BEGIN");
    for (const line of exportLedger(driver, { terminal: paired.terminal, publicKey, privateKey })) {
      write(JSON.stringify(line));
    }
    driver.exec("COMMIT");
  } finally {
    driver.close();
  }
}
