import { faultsOfOneReply } from '../action/faults.ts'
import type { FaultRule } from '../emulator/http/faults.ts'
import type { OperationName } from '../../src/operations/index.ts'

/** Something that goes wrong once a step runs. */
export interface NamedFault {
  rule: FaultRule
  /** Inputs that keep its effect short; those that are given win. */
  inputs: Record<string, string>
}

/** The request by which an operation does its work. */
const WORK: Record<OperationName, Pick<FaultRule, 'method' | 'path'>> = {
  'create-from-s3': { method: 'POST', path: /\/dataset$/ },
  'create-from-files': { method: 'POST', path: /\/data_files\// },
  'add-media': { method: 'POST', path: /\/add_media$/ },
  snapshot: { method: 'POST', path: /\/snapshot$/ },
  restore: { method: 'POST', path: /\/restore$/ },
  clone: { method: 'POST', path: /\/clone$/ },
  enrich: { method: 'POST', path: /\/enrich_dataset$/ },
  export: { path: /\/export_(?:context|entities)_async$/ },
  'list-snapshots': { method: 'GET', path: /\/snapshot$/ },
  'update-snapshot': { method: 'PATCH', path: /\/snapshot\// },
  'delete-snapshot': { method: 'DELETE', path: /\/snapshot\// },
  'prune-snapshots': { method: 'DELETE', path: /\/snapshot\// },
  wait: { method: 'GET', path: /\/dataset\/[^/]+$/ },
  'delete-dataset': { method: 'DELETE', path: /\/dataset\/[^/]+$/ },
}

/** Faults by name. Those of one reply hit the first request by which the operation does its work. */
export function namedFaults(operation: OperationName): Map<string, NamedFault> {
  const once = faultsOfOneReply().map(([name, fault]): [string, NamedFault] => [
    name.toLowerCase().replaceAll(' ', '-'),
    { rule: { ...WORK[operation], fault }, inputs: { request_timeout: '2s' } },
  ])
  const lasting: [string, FaultRule][] = [
    ['down', { path: /./, times: Infinity, fault: { kind: 'status', status: 503 } }],
    ['unauthorized', { path: /./, times: Infinity, fault: { kind: 'status', status: 401 } }],
    ['forbidden', { path: /./, times: Infinity, fault: { kind: 'status', status: 403 } }],
    ['download-breaks', { server: 'storage', path: /./, fault: { kind: 'resetMid', afterBytes: 1000 } }],
    ['download-link-expired', { server: 'storage', path: /./, fault: { kind: 'status', status: 403 } }],
    ['artifact-rejected', { server: 'artifacts', path: /./, times: Infinity, fault: { kind: 'status', status: 403 } }],
  ]
  return new Map([
    ...once,
    ...lasting.map(([name, rule]): [string, NamedFault] => [
      name,
      { rule, inputs: { timeout: '20s', max_retries: '2' } },
    ]),
  ])
}
