import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { codeOf } from "../../protocol/errors.ts";
import { IMPORT_COLUMNS, MAX_IMPORT_BYTES, MAX_IMPORT_ROWS, readImport } from "./import-rows.ts";

const RULES = { pinLength: 4, numberLength: 4 } as const;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => readImport(utf8(text), RULES);
const refusalOf = (file: Uint8Array): unknown => {
  try {
    return readImport(file, RULES);
  } catch (error) {
    return error;
  }
};

describe("a CSV file of people (RFC 4180)", () => {
  it.each([
    ["LF", "name,pin\nAna,4821\nJan,7306\n"],
    ["CRLF", "name,pin\r\nAna,4821\r\nJan,7306\r\n"],
    ["no line end at the last line", "name,pin\nAna,4821\nJan,7306"],
    ["a byte order mark", "\ufeffname,pin\nAna,4821\nJan,7306\n"],
    ["semicolons", "name;pin\nAna;4821\nJan;7306\n"],
    ["quotes around everything", '"name","pin"\n"Ana","4821"\n"Jan","7306"\n'],
    ["capitals and spaces", " Name , PIN \n Ana , 4821 \n Jan , 7306 \n"],
    ["blank lines at the end", "name,pin\nAna,4821\nJan,7306\n\n\n"],
    ["columns in another order", "pin,name\n4821,Ana\n7306,Jan\n"],
  ])("is read with %s", (_name, text) => {
    expect(read(text)).toMatchObject({
      rows: [
        { name: "Ana", pin: "4821", number: null, email: null, role: "regular", language: null },
        { name: "Jan", pin: "7306" },
      ],
      problems: [],
    });
  });

  it("counts lines as an editor does, over quoted line ends and blank lines", () => {
    const { rows, problems } = read('name,pin\n"Ana\nKovač",4821\n\nJan,482\nEva,7306\n');
    expect(rows.map((row) => row.line)).toEqual([2, 6]);
    expect(problems.map((problem) => problem.line)).toEqual([5]);
  });

  it.each([
    ["import.empty", ""],
    ["import.empty", "name,pin\n"],
    ["import.header", "Ana,4821\n"],
    ["import.header", "name,pin,salary\nAna,4821,1\n"],
    ["import.header", "pin\n4821\n"],
    ["import.header", "name,name\nAna,Jan\n"],
    ["import.csv", 'name,pin\n"Ana,4821\n'],
    ["import.csv", 'name,pin\nAna "the boss",4821\n'],
    ["import.too-many", `name\n${"Ana\n".repeat(MAX_IMPORT_ROWS + 1)}`],
  ])("is refused with %s", (code, text) => {
    const error = refusalOf(utf8(text));
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain("4821");
  });

  it("is refused when it is no UTF-8 or too large", () => {
    expect(refusalOf(Uint8Array.of(0x6e, 0xe9, 0x0a))).toMatchObject({ code: "import.encoding" });
    expect(refusalOf(new Uint8Array(MAX_IMPORT_BYTES + 1))).toMatchObject({ code: "import.too-large" });
  });

  it("never throws anything else, whatever comes, and never says a PIN", () => {
    const field = fc.oneof(fc.constantFrom("9073", "Ana", '"', "\n", ",", "\ufeff"), fc.string());
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const outcome = refusalOf(utf8(`${IMPORT_COLUMNS.join(",")}\n${fields.join(",")}`));
        if (outcome instanceof Error) {
          expect(codeOf(outcome)).toMatch(/^import\./);
          expect(outcome.message).not.toContain("9073");
        } else {
          expect(JSON.stringify(z.object({ problems: z.unknown() }).parse(outcome).problems)).not.toContain(
            "9073",
          );
        }
      }),
    );
  });
});
