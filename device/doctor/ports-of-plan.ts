import type { PartsPlan } from "../../hal/plan.ts";
import { HEADER_PORTS } from "../config/wiring-clashes.ts";
import type { PartName } from "../wiring/wiring.ts";

/** Serial ports that a plan's parts are on. */
export function portsOf({
  display,
  reader,
}: PartsPlan): readonly { readonly part: PartName; readonly path: string }[] {
  return [
    ...("path" in display ? [{ part: "display" as const, path: display.path }] : []),
    ...(reader === null ? [] : [{ part: "reader" as const, path: reader.path }]),
  ];
}

/** Whether a port is the header's own, at GPIO14 and GPIO15. */
export function headerPort(path: string): boolean {
  return HEADER_PORTS.includes(path);
}
