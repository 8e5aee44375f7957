import { useEffect, useRef } from "preact/hooks";
import type { VNode } from "preact";
import type { ScreenReply } from "../server/schemas.ts";

/** A character LCD, drawn dot by dot from what the chip holds. */

const DOT = 4;
const DOT_GAP = 1;
const CELL_GAP = 4;
const MARGIN = 18;
const CELL_COLUMNS = 5;
const CELL_ROWS = 8;
const CELL_WIDTH = CELL_COLUMNS * (DOT + DOT_GAP);
const CELL_HEIGHT = CELL_ROWS * (DOT + DOT_GAP);

const LIT = { glass: "#1d3fbf", cell: "#2247cc", dot: "#f2f6ff" };
const DARK = { glass: "#0b1a4d", cell: "#0d1e57", dot: "#5d6fa8" };

export function Display({ screen }: { readonly screen: ScreenReply | null }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const columns = screen?.columns ?? 20;
  const rows = screen?.rows ?? 4;
  const width = 2 * MARGIN + columns * (CELL_WIDTH + CELL_GAP) - CELL_GAP;
  const height = 2 * MARGIN + rows * (CELL_HEIGHT + CELL_GAP) - CELL_GAP;

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context && screen !== null) draw(context, screen, width, height);
  }, [screen, width, height]);

  return (
    <div class="bezel">
      <canvas ref={canvas} width={width} height={height} aria-hidden="true" />
      {/* The same for a screen reader, and for anything that reads the page. */}
      <div class="visually-hidden" role="status" aria-label="Display" data-testid="screen">
        {(screen?.text ?? []).map((row) => row.trimEnd()).join("\n")}
      </div>
    </div>
  );
}

function draw(context: CanvasRenderingContext2D, screen: ScreenReply, width: number, height: number): void {
  const colours = screen.backlight ? LIT : DARK;
  context.fillStyle = colours.glass;
  context.fillRect(0, 0, width, height);
  screen.pixels.forEach((cells, row) => {
    cells.forEach((lines, column) => {
      const left = MARGIN + column * (CELL_WIDTH + CELL_GAP);
      const top = MARGIN + row * (CELL_HEIGHT + CELL_GAP);
      context.fillStyle = colours.cell;
      context.fillRect(left - 1, top - 1, CELL_WIDTH + 1, CELL_HEIGHT + 1);
      if (!screen.displayOn) return;
      context.fillStyle = colours.dot;
      lines.forEach((line, y) => {
        for (let x = 0; x < CELL_COLUMNS; x += 1) {
          if ((line >> (CELL_COLUMNS - 1 - x)) & 1) {
            context.fillRect(left + x * (DOT + DOT_GAP), top + y * (DOT + DOT_GAP), DOT, DOT);
          }
        }
      });
    });
  });
}
