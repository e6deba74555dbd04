/** A mistake of whoever typed the command. Its message is all that is shown. */
export class Mistake extends Error {}

/**
 * Runs a command. What is wrong with its arguments is shown without a stack, and the process ends with exit code 2, also if
 * something still runs in it.
 */
export async function command(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof Error) || !(error instanceof Mistake || isOfParseArgs(error))) throw error
    // Node's hints about dashes follow the first sentence.
    console.error(error instanceof Mistake ? error.message : error.message.split(/(?<=\.) |\n/)[0])
    process.exit(2)
  }
}

function isOfParseArgs(error: Error): boolean {
  return 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}
