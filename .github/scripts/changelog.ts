/** One version of a changelog in the form of keepachangelog.com. */
export interface ChangelogVersion {
  /** As in its heading, `1.2.3`. */
  version: string
  /** `2026-11-22`; empty where the heading has none. */
  date: string
  /** The Markdown below the heading, without blank lines around it. */
  notes: string
}

/** The versions of a changelog, in its order; a section "Unreleased" is none of them. */
export function versionsOf(changelog: string): ChangelogVersion[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n')
      const { 1: version = '', 2: date = '' } =
        /^\[?(\d+\.\d+\.\d+)\]?(?: - (\d{4}-\d{2}-\d{2}))?\s*$/.exec(heading) ?? []
      return { version, date, notes: lines.join('\n').trim() }
    })
    .filter(({ version }) => version !== '')
}

/** What keeps a version from being released: an empty list where package.json, its lockfile and the changelog agree on it. */
export function releaseFaults(
  asked: string,
  found: { package: string; lockfile: string; source: string; changelog: string },
): string[] {
  if (!/^\d+\.\d+\.\d+$/.test(asked)) return [`"${asked}" is no version such as 1.2.3.`]
  const faults = []
  if (found.package !== asked) faults.push(`package.json has version ${found.package}, not ${asked}.`)
  if (found.lockfile !== asked)
    faults.push(`package-lock.json has version ${found.lockfile}, not ${asked}: npm install.`)
  if (found.source !== asked) faults.push(`src/version.ts has version ${found.source}, not ${asked}.`)
  const versions = versionsOf(found.changelog)
  const own = versions.find(({ version }) => version === asked)
  if (!own) return [...faults, `.github/CHANGELOG.md has no section "## ${asked} - date".`]
  if (own !== versions[0]) faults.push(`${asked} is not the first version in .github/CHANGELOG.md.`)
  if (own.date === '') faults.push(`The section ${asked} of .github/CHANGELOG.md has no date.`)
  if (own.notes === '') faults.push(`The section ${asked} of .github/CHANGELOG.md is empty.`)
  return faults
}
