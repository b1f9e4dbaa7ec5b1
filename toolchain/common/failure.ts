// The one error type for "what you gave me is wrong": its message is for a person and is printed without a
// stack. Anything else that is thrown is a defect of the toolchain and keeps its stack.

export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** The message of anything thrown: a person's message for a Failure, the stack for a defect. */
export function describeError(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
