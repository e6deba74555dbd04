/**
 * A log as GitHub shows it: groups as headings, annotations in words, and without what only the runner reads. `folded` leaves
 * out what is in the groups.
 */
export function asGitHubShows(stdout: string, margin: string, folded: boolean): string {
  const shown: string[] = []
  let inGroup = false
  for (const line of stdout.split('\n')) {
    const command = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line)
    if (!command) {
      if (line !== '' && !(inGroup && folded)) shown.push(`${inGroup ? '    ' : ''}${line}`)
      continue
    }
    const [, name, text = ''] = command
    switch (name) {
      case 'group':
        shown.push(`${folded ? '▶' : '▼'} ${text}`)
        inGroup = true
        break
      case 'endgroup':
        inGroup = false
        break
      case 'error':
      case 'warning':
        shown.push(
          ...`${name === 'error' ? 'Error' : 'Warning'}: ${text.replaceAll('%0A', '\n  ').replaceAll('%25', '%')}`.split(
            '\n',
          ),
        )
        break
      default:
        // add-mask and debug lines do not show.
        break
    }
  }
  return shown.map((line) => margin + line).join('\n')
}
