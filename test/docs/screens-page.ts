import type { DisplaySize } from "../../hal/ports.ts";
import { coreFor } from "../../device/core/step.ts";
import { screensGallery, type GalleryScreen } from "./screens-gallery.ts";

export const SIZES = [
  { columns: 20, rows: 4 },
  { columns: 16, rows: 4 },
  { columns: 16, rows: 2 },
  { columns: 40, rows: 2 },
] as const satisfies readonly DisplaySize[];

const INTRODUCTION = `# Screens

Every screen of the terminal on displays of 20x4, 16x4, 16x2 and, below, 40x2, first with typical people, then with the
longest names and numbers. Generated from \`device/core\` by \`npm run docs\`; a test fails when it is out of date.
`;

function pictured({ state, now }: GalleryScreen, size: DisplaySize): readonly string[] {
  const border = `+${"-".repeat(size.columns)}+`;
  const { rows } = coreFor(size).render(state, now, size);
  return [border, ...rows.map((row) => `|${row.padEnd(size.columns)}|`), border];
}

/** Pictures side by side, top edges level. */
function beside(pictures: readonly (readonly string[])[]): string {
  const height = Math.max(...pictures.map((picture) => picture.length));
  const lines = Array.from({ length: height }, (_, line) =>
    pictures
      .map((picture) => (picture[line] ?? "").padEnd(picture[0]?.length ?? 0))
      .join("   ")
      .trimEnd(),
  );
  return lines.join("\n");
}

/** The text of docs/screens.md. */
export function screensPage(): string {
  const galleries = SIZES.map((size) => ({ size, screens: screensGallery(size) }));
  const sections = (galleries[0]?.screens ?? []).map(({ title }, place) => {
    const pictures = galleries.flatMap(({ size, screens }) => {
      const screen = screens[place];
      return screen === undefined ? [] : [pictured(screen, size)];
    });
    // The widest would push the others off a page.
    const lines = [beside(pictures.slice(0, -1)), ...pictures.slice(-1).map((widest) => widest.join("\n"))];
    return `## ${title}\n\n\`\`\`text\n${lines.join("\n\n")}\n\`\`\`\n`;
  });
  return [INTRODUCTION, ...sections].join("\n");
}
