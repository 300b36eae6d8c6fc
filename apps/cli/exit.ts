/** How a command ends: the exit codes, and errors that carry one. */

export const EXIT = { success: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** Ends the command with a message on stderr and this exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
