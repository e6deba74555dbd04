import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { listenForCancellation } from '../../src/runner/cancellation.ts'

describe('listenForCancellation', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGBREAK'])('aborts on %s, once', (name) => {
    const source = new EventEmitter()
    const { signal } = listenForCancellation(source)
    expect(signal.aborted).toBe(false)
    source.emit(name)
    const reason: unknown = signal.reason
    source.emit('SIGTERM')
    expect(reason).toBeInstanceOf(ActionError)
    expect(reason).toMatchObject({ code: 'cancelled' })
    expect(signal.reason).toBe(reason)
  })

  it('gives the signals back', () => {
    const source = new EventEmitter()
    const { signal, dispose } = listenForCancellation(source)
    dispose()
    source.emit('SIGINT')
    expect(signal.aborted).toBe(false)
    expect(source.eventNames()).toEqual([])
  })

  it('ends the step in order when something is thrown outside of any call', () => {
    const source = new EventEmitter()
    const { signal, dispose } = listenForCancellation(source)
    source.emit('uncaughtException', new Error('stream destroyed'))
    expect(signal.reason).toMatchObject({
      code: 'operation_failed',
      message: 'The action itself failed: stream destroyed',
    })
    dispose()
    expect(source.eventNames()).toEqual([])
  })

  it('takes a real process', () => {
    const { signal, dispose } = listenForCancellation(process)
    try {
      process.emit('SIGINT')
      expect(signal.aborted).toBe(true)
    } finally {
      dispose()
    }
  })
})
