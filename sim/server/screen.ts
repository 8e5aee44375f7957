import { letterOfGlyph } from "../../hal/lcd/glyphs.ts";
import type { SimulatedBoard } from "../board.ts";
import type { ScreenReply } from "./schemas.ts";

/** What the display's chip holds, and what else there is to see, as the API tells it. */
export function screenOf(board: SimulatedBoard): ScreenReply {
  const { chip, backlight } = board;
  const [green, red] = [board.light("green"), board.light("red")];
  const { cursor } = chip;
  return {
    columns: chip.size.columns,
    rows: chip.size.rows,
    text: chip.rows().map((row) => legible(row, chip)),
    pixels: chip.pixels(),
    cursor: cursor === null ? null : { row: cursor.row, column: cursor.column },
    displayOn: chip.displayOn,
    backlight,
    lights: green === null || red === null ? null : { green, red },
  };
}

/** The chip tells custom glyphs as private-use characters; read as the letters they draw, where they draw one. */
const CUSTOM_GLYPHS = /[\uE000-\uE007]/g;
const FIRST_CUSTOM_GLYPH = 0xe000;

export function legible(row: string, chip: SimulatedBoard["chip"]): string {
  return row.replace(
    CUSTOM_GLYPHS,
    (glyph) => letterOfGlyph(chip.glyph(glyph.charCodeAt(0) - FIRST_CUSTOM_GLYPH)) ?? glyph,
  );
}
