/** Runs `work` at once and turns what it throws into a rejection: ports promise, system calls do not. */
export function attempt<Result>(work: () => Result): Promise<Result> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
