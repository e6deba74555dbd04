import { afterEach, describe, expect, it, vi } from 'vitest'
import { KeptParts } from '../../src/export/parts/kept-parts.ts'
import { splitScene } from '../action/split-scene.ts'

afterEach(() => void vi.restoreAllMocks())

describe('parts of an export that is in place', { concurrent: false }, () => {
  it('are not used again where they could not be removed', async () => {
    const split = await splitScene({ exportCap: 20 })
    await using scene = split.scene
    // Removed before the first part, and at the end.
    const spy = vi
      .spyOn(KeptParts.prototype, 'remove')
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new Error('the folder is in use'))
    const { stdout } = await scene.succeed(split.inputs)
    expect(stdout).toContain('the folder is in use')
    spy.mockRestore()
    const before = split.accepted().length
    await scene.succeed(split.inputs)
    expect(split.accepted().length - before).toBe(3)
    await split.expectWhole()
  })
})
