/** Base of every error of ours outside `hal`: a dotted code for programs, a message for a person. */
export class CodedError extends Error {
  override readonly name: string = "CodedError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of any error, `unknown` where it has none: what may be logged or sent about an error from outside. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "unknown";
}
