import { describe, expect, it } from 'vitest'
import { ActionError, describe as textOf } from '../src/errors.ts'

describe('an error that a user meets', () => {
  it('says what happened, what the service said, and what to do', () => {
    const cause = new Error('ECONNRESET')
    const error = new ActionError('network', 'It broke.', { apiWords: 'sorry', todo: 'Try again.', cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'ActionError',
      code: 'network',
      message: 'It broke.',
      apiWords: 'sorry',
      todo: 'Try again.',
      cause,
    })
  })

  it('may say less', () => {
    const error = new ActionError('cancelled', 'Stopped.')
    expect([error.apiWords, error.todo, 'cause' in error]).toEqual([undefined, undefined, false])
  })
})

describe('the text of anything thrown', () => {
  const chain = (...messages: string[]) =>
    messages.reduceRight<Error | undefined>((cause, message) => new Error(message, cause ? { cause } : {}), undefined)

  it('names the causes that network errors hide their reason in', () => {
    expect(textOf(chain('fetch failed', 'connect ECONNREFUSED 127.0.0.1:1'))).toBe(
      'fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    )
    expect(textOf(chain('a', 'b', 'c'))).toBe('a: b: c')
    expect(textOf(chain('It failed.', 'It broke.'))).toBe('It failed: It broke')
  })

  it('stays short where the causes are many', () => {
    const many = Array.from({ length: 500 }, (_, n) => `cause ${n}`)
    expect(textOf(chain(...many)).split(': ').length).toBeLessThan(10)
  })

  it('repeats nothing', () => {
    expect(textOf(chain('the disk is full: ENOSPC', 'ENOSPC'))).toBe('the disk is full: ENOSPC')
  })

  it('is there for what is no error, and for an error without words', () => {
    expect([textOf('text'), textOf(7), textOf(undefined), textOf(null), textOf(new TypeError(''))]).toEqual([
      'text',
      '7',
      'undefined',
      'null',
      'TypeError',
    ])
  })

  it('ends where causes go round in a circle', () => {
    const first = new Error('first')
    const second = new Error('second', { cause: first })
    let reads = 0
    Object.defineProperty(first, 'cause', {
      get() {
        reads += 1
        if (reads > 100) throw new Error('it does not end')
        return second
      },
    })
    expect(textOf(first)).toMatch(/^first: second/)
  })
})
