import { describe, expect, it } from 'vitest'
import { maskLink } from '../../src/operations/export/signed-link.ts'
import { Secrets } from '../../src/runner/secrets.ts'
import { id, SOURCE } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

/** Redacts as the log does, after a link has been masked. */
function redactor(link: string): (text: string) => string {
  const step = fakeStep()
  maskLink(step.reporter, new URL(link))
  const secrets = new Secrets()
  for (const secret of step.reporter.masks) secrets.add(secret)
  return (text) => secrets.redact(text)
}

const S3 =
  `https://bucket.s3.amazonaws.com/exports/${SOURCE}/nightly.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256` +
  '&X-Amz-Credential=AKIAEXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T030000Z&X-Amz-Expires=3600' +
  '&X-Amz-SignedHeaders=host&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2B%3D&X-Amz-Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0'

describe('a signed link', () => {
  it('is not seen in the log, whole, as a query, or by the parts that sign it', () => {
    const redact = redactor(S3)
    const url = new URL(S3)
    const secrets = ['X-Amz-Signature', 'X-Amz-Security-Token', 'X-Amz-Credential'].map(
      (name) => url.searchParams.get(name) ?? '',
    )
    for (const text of [S3, url.search, ...secrets, ...secrets.map(encodeURIComponent), `curl '${S3}' failed`]) {
      for (const secret of secrets) {
        expect(redact(text)).not.toContain(secret)
        expect(redact(text)).not.toContain(encodeURIComponent(secret))
      }
    }
  })

  it.each([
    [
      'CloudFront',
      'https://d1.cloudfront.net/x.zip?Policy=eyJTdGF0ZW1lbnQ&Signature=c2lnbmF0dXJlLXNlY3JldA&Key-Pair-Id=K2JCJMDEHXQW5F',
      'c2lnbmF0dXJlLXNlY3JldA',
    ],
    [
      'Azure',
      'https://a.blob.core.windows.net/c/x.zip?sv=2024&sr=b&sig=c2lnbmF0dXJlLXNlY3JldA%3D',
      'c2lnbmF0dXJlLXNlY3JldA=',
    ],
    ['Google', 'https://storage.googleapis.com/b/x.zip?X-Goog-Signature=6162636465666768', '6162636465666768'],
    ['a token', 'https://vl.example.org/cdn/x.zip?token=eyJhbGciOiJIUzI1NiJ9', 'eyJhbGciOiJIUzI1NiJ9'],
  ])('of %s is masked where it is signed', (_, link, secret) => {
    const redact = redactor(link)
    expect(redact(`${link} ${secret} ${encodeURIComponent(secret)}`)).not.toMatch(/c2lnbmF0|61626364|eyJhbGci/)
  })

  it('leaves ids, names and plain words readable', () => {
    const redact = redactor(
      `${S3}&response-content-disposition=attachment%3B%20filename%3Dnightly.zip&export_id=${id(300)}`,
    )
    const line = `Export ${id(300)} of dataset "Cats" (${SOURCE}): nightly.zip, attachment; filename=nightly.zip, host, 3600, us-east-1`
    expect(redact(line)).toBe(line)
  })

  it('leaves an id readable under whatever parameter it stands: ids are never masked', () => {
    const redact = redactor(
      `https://vl.example.org/download?key=${SOURCE}&export_token_id=${id(300)}&signature=0123456789abcdef`,
    )
    expect(redact(`dataset ${SOURCE}, export ${id(300)}`)).toBe(`dataset ${SOURCE}, export ${id(300)}`)
    expect(redact('signature 0123456789abcdef')).toBe('signature ***')
  })

  it('that is not signed is no secret', () => {
    const step = fakeStep()
    maskLink(step.reporter, new URL(`https://vl.example.org/cdn/${SOURCE}/images/nightly.zip`))
    expect(step.reporter.masks).toEqual([])
  })
})
