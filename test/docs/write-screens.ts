import { writeFileSync } from "node:fs";
import { screensPage } from "./screens-page.ts";

writeFileSync(new URL("../../docs/screens.md", import.meta.url), screensPage());
