/**
 * Finds the line on which a key of a TOML file stands, for error messages. The TOML parser gives values without
 * positions, so this reads the text again, knowing only headers and `key =`: enough for the files people write. A key
 * that is not there gets the line of the nearest table around it, or 1.
 */
export function lineOfKey(text: string, path: readonly string[]): number {
  let table: readonly string[] = [];
  let best = { depth: 0, line: 1 };
  text.split("\n").forEach((raw, index) => {
    const header = /^\s*\[\[?([^\]]+)\]\]?/.exec(raw)?.[1];
    const key = /^\s*([\w."'-]+)\s*=/.exec(raw)?.[1];
    if (header !== undefined) table = keys(header);
    const here = header !== undefined ? table : key !== undefined ? [...table, ...keys(key)] : null;
    if (here === null) return;
    const depth = sharedPrefix(here, path);
    if (depth === here.length && depth > best.depth) best = { depth, line: index + 1 };
  });
  return best.line;
}

function keys(dotted: string): string[] {
  return dotted.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
}

function sharedPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
