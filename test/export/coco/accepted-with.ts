import { basename } from 'node:path'
import { checkAnnotations } from '../../../src/operations/annotations/check.ts'
import { fakeStep } from '../../operations/fake-step.ts'
import { RequestClock } from '../../visual-layer/loopback.ts'

/**
 * What `create-from-files` makes of an annotation file that is sent with media of these names: the labels that it will look for, and its
 * warnings. Throws what it would fail with.
 */
export async function acceptedWith(path: string, media: readonly string[]) {
  const step = fakeStep({ clock: new RequestClock(new AbortController().signal) })
  const chosen = (shown: string, fileName: string) => ({ path, shown, fileName, contentType: '', sizeBytes: 1 })
  const files = [chosen(path, basename(path))]
  const labels = await checkAnnotations(
    step,
    files,
    media.map((name) => chosen(name, name)),
  )
  return { labels, warnings: step.reporter.warnings }
}
