import { writeFileSync } from "node:fs";
import { codeOf, CodedError } from "../../protocol/errors.ts";
import { readConfig } from "../config/read-config.ts";
import { wiringSvg } from "./svg.ts";
import { wiringText } from "./text.ts";
import { wiringOf } from "./wiring.ts";

export interface WiringOptions {
  readonly config: string;
  /** Where to write the drawing as a file; the terminal gets none then. */
  readonly svg?: string;
  readonly json?: boolean;
  readonly colour: boolean;
}

/**
 * What `punchbox wiring` prints. Throws ConfigError for a config file that is wrong, CodedError `config.unreadable` or
 * `wiring.unwritable` for files that cannot be read or written.
 */
export function wiringCommand({ config, svg, json = false, colour }: WiringOptions): string {
  const wiring = wiringOf(readConfig(config).parts);
  if (svg !== undefined) writeDrawing(svg, wiringSvg(wiring));
  if (json) return JSON.stringify(wiring, null, 2);
  return svg === undefined ? wiringText(wiring, { colour }) : `${svg}: written`;
}

function writeDrawing(file: string, drawing: string): void {
  try {
    writeFileSync(file, drawing);
  } catch (cause) {
    throw new CodedError(
      "wiring.unwritable",
      `${file}: cannot be written (${codeOf(cause)}): give another file with --svg`,
      { cause },
    );
  }
}
