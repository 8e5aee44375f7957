import { useEffect, useRef } from "preact/hooks";
import type { VNode } from "preact";
import type { ScreenReply } from "../server/schemas.ts";
import {
  canvasSize,
  CELL_COLUMNS,
  CELL_HEIGHT,
  CELL_WIDTH,
  cellPlace,
  DARK,
  DOT,
  dotPlace,
  isSet,
  LIT,
} from "./dots.ts";

/** A character LCD, drawn dot by dot from what the chip holds. */

export function Display({ screen }: { readonly screen: ScreenReply | null }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = canvasSize(screen?.columns ?? 20, screen?.rows ?? 4);

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
      const cell = cellPlace(row, column);
      context.fillStyle = colours.cell;
      context.fillRect(cell.left - 1, cell.top - 1, CELL_WIDTH + 1, CELL_HEIGHT + 1);
      if (!screen.displayOn) return;
      context.fillStyle = colours.dot;
      lines.forEach((line, y) => {
        for (let x = 0; x < CELL_COLUMNS; x += 1) {
          if (!isSet(line, x)) continue;
          const { left, top } = dotPlace(cell, x, y);
          context.fillRect(left, top, DOT, DOT);
        }
      });
    });
  });
}
