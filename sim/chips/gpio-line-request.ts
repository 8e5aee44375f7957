import {
  ATTRIBUTE,
  ATTRIBUTE_FLAGS,
  ATTRIBUTE_OUTPUT_VALUES,
  FLAG,
  LINE_REQUEST,
  MAX_ATTRIBUTES,
  MAX_LINES,
} from "../../hal/gpio/uapi.ts";
import type { Pull } from "../../hal/ports.ts";

/** A line of a request, as the kernel understood it. */
export interface RequestedLine {
  readonly offset: number;
  readonly output: boolean;
  readonly openDrain: boolean;
  readonly level: boolean;
  readonly pull: Pull;
  readonly edges: boolean;
}

/** Lines beyond these would not fit the masks of a simulated board. */
const MAX_SIMULATED_LINES = 31;

/** Decodes a struct gpio_v2_line_request; null where the kernel answers EINVAL. */
export function decodeLineRequest(view: DataView): RequestedLine[] | null {
  if (view.byteLength !== LINE_REQUEST.bytes) return null;
  const count = view.getUint32(LINE_REQUEST.lineCount, true);
  const attributes = view.getUint32(LINE_REQUEST.attributeCount, true);
  if (count < 1 || count > Math.min(MAX_LINES, MAX_SIMULATED_LINES) || attributes > MAX_ATTRIBUTES)
    return null;
  const lines: RequestedLine[] = [];
  for (let index = 0; index < count; index++) {
    let flags = view.getUint32(LINE_REQUEST.flags, true);
    let level = false;
    for (let attribute = 0; attribute < attributes; attribute++) {
      const at = LINE_REQUEST.attributes + ATTRIBUTE.bytes * attribute;
      if ((view.getUint32(at + ATTRIBUTE.mask, true) & (1 << index)) === 0) continue;
      const id = view.getUint32(at + ATTRIBUTE.id, true);
      const value = view.getUint32(at + ATTRIBUTE.value, true);
      if (id === ATTRIBUTE_FLAGS) flags = value;
      else if (id === ATTRIBUTE_OUTPUT_VALUES) level = (value & (1 << index)) !== 0;
      else return null;
    }
    const line = understand(view.getUint32(LINE_REQUEST.offsets + 4 * index, true), flags, level);
    if (line === null) return null;
    lines.push(line);
  }
  return lines;
}

/** What the asking program calls itself. */
export function decodeConsumer(request: Uint8Array): string {
  const field = request.subarray(LINE_REQUEST.consumer, LINE_REQUEST.consumer + LINE_REQUEST.consumerBytes);
  return new TextDecoder().decode(field.subarray(0, field.indexOf(0)));
}

/** The kernel's rules (gpio_v2_line_flags_validate): one direction, one pull, edges on inputs, drive on outputs. */
function understand(offset: number, flags: number, level: boolean): RequestedLine | null {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const output = has(FLAG.output);
  const edges = has(FLAG.edgeRising) || has(FLAG.edgeFalling);
  const pulls = [FLAG.pullUp, FLAG.pullDown, FLAG.biasDisabled].filter(has).length;
  if (output === has(FLAG.input) || pulls > 1) return null;
  if (output ? edges : has(FLAG.openDrain)) return null;
  const pull = has(FLAG.pullUp) ? "up" : has(FLAG.pullDown) ? "down" : "none";
  return { offset, output, openDrain: has(FLAG.openDrain), level, pull, edges };
}
