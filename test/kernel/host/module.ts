import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "./command.ts";
import type { Kernel } from "./debian.ts";

const SOURCES = fileURLToPath(new URL("../module", import.meta.url));
const BUILD_LIMIT_MS = 120_000;

/** Compiles the bench's kernel module in `folder`; returns the file to load. Rejects with what the compiler says. */
export async function buildModule(kernel: Kernel, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(SOURCES, folder, { recursive: true });
  // Debian ships no vmlinux with type information, which make would look for.
  const parameters = ["-s", "-C", kernel.headers, `M=${folder}`, "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"];
  await command("make", parameters, { limitMs: BUILD_LIMIT_MS });
  return join(folder, "punchbox-bed.ko");
}
