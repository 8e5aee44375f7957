import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const HAL = fileURLToPath(new URL("../../hal", import.meta.url));
const readme = readFileSync(join(HAL, "README.md"), "utf8");
const [, example = ""] = /```ts\n([^]*?)```/.exec(readme) ?? [];

/** What the compiler has against a file of the folder hal that is not there. */
function complaints(name: string, text: string): string[] {
  const path = join(HAL, name);
  const root = join(HAL, "..");
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...rest) =>
    file === path ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2024) : fromDisk(file, ...rest);
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path);
  return ts
    .getPreEmitDiagnostics(program, source)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("hal/README.md", () => {
  test("has an example that compiles", { timeout: 60_000 }, () => {
    expect(example).toContain("openParts");
    expect(complaints("example.ts", example)).toEqual([]);
    expect(complaints("example.ts", example.replace("bcm(5)", "5"))).toHaveLength(1);
  });
});
