/** The one name under which main leaves something to post: the open plan of the undo log. */
export const UNDO_STATE = 'undo'

/** What main left; `undefined` if nothing. The runner hands it over as a variable. */
export function savedUndo(env: NodeJS.ProcessEnv): string | undefined {
  return env[`STATE_${UNDO_STATE}`] || undefined
}
