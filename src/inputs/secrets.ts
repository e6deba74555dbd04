/**
 * What must be masked in the log before anything else is done, whether the inputs are right or not: the secrets as they
 * came and, where these have white space at the ends, as they are used.
 */
export function secretsOf(env: NodeJS.ProcessEnv): string[] {
  const raw = [env['INPUT_API_SECRET'], env['INPUT_TOKEN'], env['INPUT_GITHUB_TOKEN']]
  const secrets = raw.flatMap((secret) => (secret === undefined ? [] : [secret, secret.trim()]))
  return [...new Set(secrets)].filter((secret) => secret.trim() !== '')
}
