/**
 * Shows a log as GitHub does, while it comes in: groups as headings, annotations in words, and without what only the runner reads.
 * `folded` leaves out what is in the groups. Returns what takes the pieces of the log, of which only whole lines are shown.
 */
export function githubLog(folded: boolean, show: (line: string) => void): (text: string) => void {
  let inGroup = false
  let begun = ''
  const take = (line: string) => {
    const command = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line)
    if (!command) {
      if (line !== '' && !(inGroup && folded)) show(`${inGroup ? '    ' : ''}${line}`)
      return
    }
    const [, name, text = ''] = command
    switch (name) {
      case 'group':
        show(`${folded ? '▶' : '▼'} ${text}`)
        inGroup = true
        break
      case 'endgroup':
        inGroup = false
        break
      case 'error':
      case 'warning':
        for (const shown of `${name === 'error' ? 'Error' : 'Warning'}: ${text.replaceAll('%0A', '%0A  ')}`.split(
          '%0A',
        ))
          show(shown.replaceAll('%25', '%'))
        break
      default:
        // add-mask and debug lines do not show.
        break
    }
  }
  return (text) => {
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
}
