import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VERSION } from '../../src/version.ts'
import { releaseFaults, versionsOf } from './changelog.ts'

/**
 * `node .github/scripts/release-notes.ts 1.2.3`: prints what the changelog says of a version, for its release. Ends with 1 where
 * package.json, package-lock.json, src/version.ts and the changelog do not agree that this is the version to release, and says
 * why. Needs no package.
 */
const asked = process.argv[2] ?? ''
const changelog = read('.github/CHANGELOG.md')
const faults = releaseFaults(asked, {
  package: versionIn('package.json'),
  lockfile: versionIn('package-lock.json'),
  source: VERSION,
  changelog,
})
for (const fault of faults) console.error(`::error::${fault}`)
if (faults.length > 0) process.exitCode = 1
else console.log(versionsOf(changelog)[0]?.notes)

function read(path: string): string {
  return readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
}

function versionIn(path: string): string {
  const content: unknown = JSON.parse(read(path))
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : 'no version'
}
