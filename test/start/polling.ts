/** Waiting for what another process or thread does: ask again until it is so, up to a limit. */

const POLL_INTERVAL_MS = 25;
/** Long enough for a machine that does three other things at once; what takes longer is broken. */
export const PATIENCE_MS = 20_000;

/** Resolves to the first answer that `isSo` accepts. Rejects with `what` and the last answer after `limitMs`. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer> | Answer,
  isSo: (answer: Answer) => boolean,
  limitMs = PATIENCE_MS,
): Promise<Answer> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (performance.now() > endMs)
      throw new Error(`${what} did not come to be; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
