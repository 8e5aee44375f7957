import type { GpioLineRequest } from "../ports.ts";
import {
  ATTRIBUTE,
  ATTRIBUTE_FLAGS,
  ATTRIBUTE_OUTPUT_VALUES,
  FLAG,
  LINE_REQUEST,
  MAX_ATTRIBUTES,
} from "./uapi.ts";

const PULL_FLAG = { up: FLAG.pullUp, down: FLAG.pullDown, none: FLAG.biasDisabled } as const;

/** Flags of one line as the kernel wants them. */
function flagsOf(line: GpioLineRequest): number {
  if (line.direction === "out") return FLAG.output | (line.drive === "open-drain" ? FLAG.openDrain : 0);
  const edges = line.edges === "both" ? FLAG.edgeRising | FLAG.edgeFalling : 0;
  return FLAG.input | PULL_FLAG[line.pull] | edges;
}

/**
 * Encodes a group of lines as a struct gpio_v2_line_request: the first line's flags for all, an attribute for each other
 * kind of line, and one for the outputs' levels. There are fewer kinds than the ten attributes that fit.
 */
export function encodeLineRequest(consumer: string, lines: readonly GpioLineRequest[]): Uint8Array {
  const request = new Uint8Array(LINE_REQUEST.bytes);
  const view = new DataView(request.buffer);
  const masks = new Map<number, number>();
  let outputs = 0;
  let levels = 0;
  for (const [index, line] of lines.entries()) {
    const bit = 1 << index;
    view.setUint32(LINE_REQUEST.offsets + 4 * index, line.bcm, true);
    masks.set(flagsOf(line), (masks.get(flagsOf(line)) ?? 0) | bit);
    if (line.direction === "out") {
      outputs |= bit;
      if (line.initial) levels |= bit;
    }
  }
  const name = new TextEncoder().encode(consumer).subarray(0, LINE_REQUEST.consumerBytes - 1);
  request.set(name, LINE_REQUEST.consumer);
  view.setUint32(LINE_REQUEST.lineCount, lines.length, true);

  let attributes = 0;
  const addAttribute = (id: number, value: number, mask: number): void => {
    if (attributes === MAX_ATTRIBUTES)
      throw new RangeError(`more than ${MAX_ATTRIBUTES} kinds of line in a group`);
    const at = LINE_REQUEST.attributes + ATTRIBUTE.bytes * attributes++;
    view.setUint32(at + ATTRIBUTE.id, id, true);
    view.setUint32(at + ATTRIBUTE.value, value, true);
    view.setUint32(at + ATTRIBUTE.mask, mask, true);
  };
  let first = true;
  for (const [flags, mask] of masks) {
    if (first) view.setUint32(LINE_REQUEST.flags, flags, true);
    else addAttribute(ATTRIBUTE_FLAGS, flags, mask);
    first = false;
  }
  if (outputs !== 0) addAttribute(ATTRIBUTE_OUTPUT_VALUES, levels, outputs);
  view.setUint32(LINE_REQUEST.attributeCount, attributes, true);
  return request;
}
