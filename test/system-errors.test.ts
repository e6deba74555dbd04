import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../src/errors.ts'
import { asActionError, systemFailure } from '../src/system-errors.ts'

function fault(code: string, path = '/some/file'): Error {
  return Object.assign(new Error(`${code}: as Node says it`), { code, path, syscall: 'open' })
}

describe('a fault of the machine', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOTDIR'])(
    'is named as what it is, with the path and what to do, and not as a bug: %s',
    (code) => {
      for (const error of [systemFailure(fault(code), 'write the manifest', '/y'), asActionError(fault(code))]) {
        expect(error.code).toBe('operation_failed')
        expect(error.message).toContain(`(${code})`)
        expect(error.message).toContain('/some/file')
        expect(error.message).not.toContain('The action itself failed')
        expect(error.todo).not.toBe('')
      }
    },
  )

  it('is found behind other errors', () => {
    const wrapped = new Error('the thread failed', { cause: new Error('again', { cause: fault('ENOSPC') }) })
    expect(asActionError(wrapped).message).toContain('ENOSPC')
  })

  it('is met as Node throws it', async () => {
    const file = join(tmpdir(), `system-errors-${process.pid}`)
    await writeFile(file, '')
    const error: unknown = await mkdir(join(file, 'below')).catch((reason: unknown) => reason)
    expect(asActionError(error).message).toMatch(/make a folder .*below.*ENOTDIR/)
  })
})

describe('anything else', () => {
  it('is a bug of the action, which asks for a report', () => {
    for (const thrown of [new Error('boom'), 'boom', undefined, new TypeError('boom')]) {
      const error = asActionError(thrown)
      expect(error.message).toContain('The action itself failed')
      expect(error.todo).toContain('report')
    }
  })

  it('stays what it is if the action knows it', () => {
    const known = new ActionError('conflict', 'busy')
    expect(asActionError(known)).toBe(known)
    expect(asActionError(new Error('wrapped', { cause: known }))).toBe(known)
    expect(systemFailure(known, 'x', 'y')).toBe(known)
  })
})
