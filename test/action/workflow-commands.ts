/** A workflow command as the runner found it in a log. */
export interface WorkflowCommand {
  /** Lower case. */
  name: string
  properties: Record<string, string>
  data: string
  /** Index of its line in the log. */
  line: number
}

/** The commands that the runner registers (ActionCommandManager.cs of actions/runner); names count in any case. */
const REGISTERED = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
])

/** The lines of a log as the runner reads them: CR, LF and CR LF end one. */
export function logLines(log: string): string[] {
  return log.split(/\r\n|\r|\n/)
}

/**
 * Every command that the runner would take out of a log, after ActionCommand.cs of actions/runner: `::name key=value::data`
 * at the start of a line, white space aside, and the older `##[name key=value]data` anywhere in a line.
 */
export function workflowCommands(log: string): WorkflowCommand[] {
  return logLines(log).flatMap((text, line) => {
    const command = atStart(text.trimStart()) ?? anywhere(text)
    return command && REGISTERED.has(command.name) ? [{ ...command, line }] : []
  })
}

type Found = Omit<WorkflowCommand, 'line'>

function atStart(text: string): Found | undefined {
  if (!text.startsWith('::')) return undefined
  const end = text.indexOf('::', 2)
  if (end < 0) return undefined
  return found(text.slice(2, end), ',', text.slice(end + 2))
}

function anywhere(text: string): Found | undefined {
  const start = text.indexOf('##[')
  const end = start < 0 ? -1 : text.indexOf(']', start)
  if (end < 0) return undefined
  return found(text.slice(start + 3, end), ';', text.slice(end + 1))
}

function found(head: string, separator: string, data: string): Found {
  const space = head.indexOf(' ')
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase()
  const pairs = (space < 0 ? '' : head.slice(space + 1)).split(separator).filter((pair) => pair.includes('='))
  const properties = pairs.map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals).trim(), unescaped(pair.slice(equals + 1))]
  })
  return { name, properties: Object.fromEntries(properties), data: unescaped(data) }
}

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%5D', ']')
    .replaceAll('%25', '%')
}
