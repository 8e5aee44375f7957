import { format } from "prettier";
import { asyncApiDocument } from "./asyncapi.ts";
import { protocolPage } from "./page.ts";

/** As `prettier --check` wants files of this project. */
const WIDTH = { printWidth: 110 };

/** The files of docs/ that are made of the protocol's schemas, by their names. */
export async function protocolDocuments(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["protocol.md", await format(protocolPage(), { ...WIDTH, parser: "markdown" })],
    [
      "protocol.asyncapi.json",
      await format(JSON.stringify(asyncApiDocument()), { ...WIDTH, parser: "json" }),
    ],
  ]);
}
