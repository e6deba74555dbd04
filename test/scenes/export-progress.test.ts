import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { exportScene } from '../action/export-scene.ts'

afterEach(() => void vi.restoreAllMocks())

describe('the download of a large export', { concurrent: false }, () => {
  it.each([
    ['true', 'unpacked'],
    ['false', 'verified'],
  ])('shows how far it is: extract %s', async (extract, verb) => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    // Six seconds go by between two looks at the clock, so that whatever is told now and then is told each time.
    let now = 0
    vi.spyOn(systemClock, 'now').mockImplementation(() => (now += 6_000))
    const step = { ...inputs, extract, include_images: 'true', timeout: '100h', request_timeout: '1h' }
    const { stdout } = await scene.succeed(step)
    expect(stdout).not.toContain('(100%)')
    expect(stdout).toMatch(/downloaded \d[^\n]* of \d/)
    expect(stdout).toMatch(new RegExp(`, ${verb} \\d[^\\n]* of \\d`))
  })
})
