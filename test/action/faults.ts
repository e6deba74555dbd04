import type { Fault } from '../emulator/http/faults.ts'

/** What can come in place of one reply. The steps that meet `hang` need a `request_timeout` of a second. */
export function faultsOfOneReply(): [string, Fault][] {
  return [
    ['reset before', { kind: 'resetBefore' }],
    ['reset after', { kind: 'resetAfter' }],
    ['HTTP 500 after', { kind: 'statusAfter', status: 500 }],
    ['HTTP 502 after', { kind: 'statusAfter', status: 502, body: '<html>Bad Gateway</html>' }],
    ['HTTP 503 after', { kind: 'statusAfter', status: 503 }],
    ['HTTP 504 after', { kind: 'statusAfter', status: 504, body: '' }],
    ['HTTP 500 before', { kind: 'status', status: 500 }],
    ['HTTP 502 before', { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' }],
    ['HTTP 503 before', { kind: 'status', status: 503 }],
    ['silence before', { kind: 'hang' }],
    ['silence after', { kind: 'hangAfter' }],
    ['a web page after', { kind: 'html200', effect: true }],
    ['a web page before', { kind: 'html200', effect: false }],
    ['half a reply', { kind: 'truncate' }],
    ['reset in the middle of the reply', { kind: 'resetMid', afterBytes: 10 }],
    ['another shape', { kind: 'body', text: '{"hello": "world"}', effect: true }],
    ['429 with seconds', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['429 with a date', { kind: 'status', status: 429, headers: { 'retry-after': soon() } }],
  ]
}

function soon(): string {
  return new Date(Date.now() + 2_000).toUTCString()
}
