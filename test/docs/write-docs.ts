import { writeFileSync } from "node:fs";
import { protocolDocuments } from "./protocol/documents.ts";
import { screensPage } from "./screens-page.ts";

const files = new Map([["screens.md", screensPage()], ...(await protocolDocuments())]);
for (const [name, text] of files) writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);
