/** What the kernel answered, as Node gives it: the name (`EBUSY`) and the positive number of an error, if it has them. */
export function errnoOf(error: unknown): { readonly code: string; readonly errno: number } {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const errno =
    error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : 0;
  return { code, errno: Math.abs(errno) };
}
