/**
 * A bug that a good engineer could write, as a patch of the source: the world is run with it and must notice. The sources themselves
 * know nothing of it (design section 10: mutants are patches, never branches in the code).
 */
export interface Mutant {
  /** Lower case with hyphens; what `--mutant` takes. */
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  /** Text that is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What goes wrong then, for somebody at a terminal or an admin. */
  readonly why: string;
}

/** The source with the mutant in it. Throws RangeError when what it replaces is not there exactly once. */
export function mutated({ name, file, find, replace }: Mutant, source: string): string {
  const pieces = source.split(find);
  const [before, after] = pieces;
  if (pieces.length !== 2 || before === undefined || after === undefined) {
    throw new RangeError(
      `mutant ${name}: ${file} has what it replaces ${pieces.length - 1} times, once would be right`,
    );
  }
  return before + replace + after;
}
