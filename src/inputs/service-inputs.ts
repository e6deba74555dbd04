import { z } from 'zod'
import type { Credentials } from '../visual-layer/token.ts'
import { isLoopback, type Service, serviceAt } from './base-url.ts'
import { type Fault, removal, yamlLine } from './faults.ts'
import { parsed, pollInterval, timeLimit, wholeNumber } from './fields.ts'
import { exampleOf, type Given, INPUT_DEFAULTS, inputNames } from './input-table.ts'
import { type Reading, readFields, type Values } from './read-fields.ts'

/** What every operation receives. */
export interface SharedRequest {
  service: Service
  credentials: Credentials
  /** For the whole step. */
  timeoutMs: number
  /** For one HTTP attempt. */
  requestTimeoutMs: number
  maxRetries: number
  /** `max_retries`, if it was set to something other than its default: how often to retry where time alone would decide. */
  retryLimit: number | undefined
  pollIntervalMs: number | 'auto'
}

const fields = {
  base_url: parsed('it must be a URL', serviceAt),
  api_key: headerText('it must be the key alone, without spaces or line breaks').optional(),
  api_secret: z.string().optional(),
  token: headerText('it must be the token alone, without "Bearer", spaces or line breaks').optional(),
  timeout: timeLimit(),
  request_timeout: timeLimit(),
  max_retries: wholeNumber(0, 100),
  poll_interval: pollInterval(),
}

export const SHARED_INPUTS = inputNames(fields)

/** Text that can be used in an HTTP header as it is. */
function headerText(rule: string) {
  return z.string(rule).regex(/^[\x21-\x7e]+$/, rule)
}

/** Reads what every operation receives. */
export function readShared(given: Given): Reading<SharedRequest> {
  const { values, faults } = readFields(fields, given)
  const service = serviceAt(given.base_url ?? INPUT_DEFAULTS.base_url)
  faults.push(...credentialFaults(given, 'value' in service ? service.value : undefined))
  if (values === undefined || faults.length > 0) return { values: undefined, faults }
  return {
    values: {
      service: values.baseUrl,
      credentials: credentials(values),
      timeoutMs: values.timeout,
      requestTimeoutMs: values.requestTimeout,
      maxRetries: values.maxRetries,
      retryLimit: values.maxRetries === Number(INPUT_DEFAULTS.max_retries) ? undefined : values.maxRetries,
      pollIntervalMs: values.pollInterval,
    },
    faults,
  }
}

function credentials({ apiKey, apiSecret, token }: Values<typeof fields>): Credentials {
  if (token !== undefined) return { kind: 'token', token }
  if (apiKey !== undefined && apiSecret !== undefined) return { kind: 'key', apiKey, apiSecret }
  return { kind: 'none' }
}

const WHY_EMPTY = 'Undefined secrets are empty, and pull requests from forks or Dependabot get no secrets'

/** What is wrong with the credentials as a whole. The service is unknown when `base_url` is wrong itself. */
function credentialFaults(given: Given, service: Service | undefined): Fault[] {
  const { api_key: key, api_secret: secret, token } = given
  const faults: Fault[] = []
  if (token !== undefined && (key !== undefined || secret !== undefined)) {
    faults.push({
      input: 'token',
      got: token,
      rule: 'it cannot be combined with api_key and api_secret; set only one kind of credentials',
      fix: removal('token', token),
    })
  } else if ((key === undefined) !== (secret === undefined)) {
    const [input, other] =
      key === undefined ? (['api_key', 'api_secret'] as const) : (['api_secret', 'api_key'] as const)
    faults.push({ input, got: undefined, rule: `it must be set together with ${other}. ${WHY_EMPTY}` })
  }
  if (service === undefined) return faults
  if (key === undefined && secret === undefined && token === undefined) {
    if (service.isCloud) {
      const fix = `Add: ${yamlLine('api_key', exampleOf('api_key'))} and ${yamlLine('api_secret', exampleOf('api_secret'))}`
      faults.push({
        input: 'api_key',
        got: undefined,
        rule: `${service.origin} requires credentials. ${WHY_EMPTY}`,
        fix,
      })
    }
  } else if (service.apiRoot.protocol === 'http:' && !isLoopback(service)) {
    const rule = 'it must begin with https://, because http would expose the credentials'
    const fix = `Change it to: ${yamlLine('base_url', service.origin.replace('http:', 'https:'))}`
    faults.push({ input: 'base_url', got: given.base_url, rule, fix })
  }
  return faults
}
