/** What a command ends with, beside 0. */
export const exitCode = {
  /** Something was not found, refused, invalid, or failed; for `diff`: there are differences. */
  failed: 1,
  /** The command was written wrongly; for `diff`: any error, so that it is told from a difference. */
  usage: 2,
} as const;

/** As printed by `mcpnet --help`. */
export const exitCodes = `  0    done; for diff: no difference; for validate: everything is valid
  1    not found, refused, invalid, failed, or not ready in time; for diff: there are differences
  2    the command is written wrongly; for diff: any error
  130  interrupted by Ctrl-C`;
