/** Ends of lines, other controls and blanks; and the marks that turn the direction of what follows them (Unicode UAX #9). */
const BLANKS = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name as it may stand in a header or a sentence: on one line, and without power over what stands around it. */
export function oneLine(name: string): string {
  return name.replaceAll(DIRECTION_MARKS, "").replaceAll(BLANKS, " ").trim();
}
