/** Codes by character: one code point, composed (NFC). */
export type RomCodes = ReadonlyMap<string, number>;

/** The printable characters of ASCII; ROMs hold most of them at their own codes. */
export const ASCII: readonly string[] = Array.from({ length: 0x7f - 0x20 }, (_, index) =>
  String.fromCharCode(0x20 + index),
);
