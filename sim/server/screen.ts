import type { SimulatedBoard } from "../board.ts";
import type { ScreenReply } from "./schemas.ts";

/** What the display's chip holds, as the API tells it. */
export function screenOf({ chip, backlight }: SimulatedBoard): ScreenReply {
  const { cursor } = chip;
  return {
    columns: chip.size.columns,
    rows: chip.size.rows,
    text: chip.rows(),
    pixels: chip.pixels(),
    cursor: cursor === null ? null : { row: cursor.row, column: cursor.column },
    displayOn: chip.displayOn,
    backlight,
  };
}
