import { ActionError } from '../src/errors.ts'

/** The `ActionError` that a promise must end with. */
export async function failureOf(promise: Promise<unknown>): Promise<ActionError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ActionError) return error
  throw new Error('expected an ActionError', { cause: error })
}
