import type { CharacterRom } from "../../hal/plan.ts";
import { A00_CHARACTERS, CGROM_A00, FIRST_CGROM_CODE } from "./cgrom-a00.ts";
import { A02_CHARACTERS, CGROM_A02 } from "./cgrom-a02.ts";
import { CGRAM_CODES } from "./cgram-codes.ts";

/** What the codes of a controller show. */
export interface CharacterGenerator {
  /** What each of the 256 codes shows, as text; a slot of CGRAM is U+E000 and up. */
  readonly characters: readonly string[];
  /** Eight rows of a code beyond CGRAM's, bit 4 the left dot. */
  readonly patternOf: (code: number) => readonly number[];
}

const BLANK_PATTERN: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0];

export function characterGenerator(rom: CharacterRom): CharacterGenerator {
  if (rom === "A00") {
    return {
      characters: A00_CHARACTERS,
      patternOf: (code) => CGROM_A00[code - FIRST_CGROM_CODE] ?? BLANK_PATTERN,
    };
  }
  return {
    characters: A02_CHARACTERS,
    patternOf: (code) => CGROM_A02[code - CGRAM_CODES] ?? BLANK_PATTERN,
  };
}
