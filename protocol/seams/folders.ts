import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

const OWNER_ONLY = 0o700;

/**
 * Makes a folder and those above it, readable by their owner only; one that is there is fine. Throws the system's error.
 * One folder at a time: Node's own recursive mkdir never returns where the system says that a parent is not there when
 * it is (below /proc).
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.reverse()) mkdirSync(folder, { mode: OWNER_ONLY });
  // On what is there already this only says whether it is a folder.
  mkdirSync(resolve(path), { recursive: true });
}
