// The parts of @actions/core that a step needs, taken from their own files: the package's one entry also loads an HTTP client
// (for OIDC tokens, which this action does not ask for), and that alone takes longer to start than all the rest.
import { issue, issueCommand } from '../../node_modules/@actions/core/lib/command.js'
import { issueFileCommand, prepareKeyValueMessage } from '../../node_modules/@actions/core/lib/file-command.js'

/** A line of the log. */
export function info(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A line that shows only with debug logging. */
export function debug(line: string): void {
  issueCommand('debug', {}, line)
}

export function warning(text: string): void {
  issueCommand('warning', {}, text)
}

export function error(text: string, title: string): void {
  issueCommand('error', { title }, text)
}

export function startGroup(title: string): void {
  issue('group', title)
}

export function endGroup(): void {
  issue('endgroup')
}

/** Has the runner replace a value by `***` in every later line. */
export function setSecret(value: string): void {
  issueCommand('add-mask', {}, value)
}

/** Appends an output to the file that `GITHUB_OUTPUT` names. Throws where that cannot be written. */
export function setOutput(name: string, value: string): void {
  issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value))
}

/** Appends a value for the post step to the file that `GITHUB_STATE` names. Throws where that cannot be written. */
export function saveState(name: string, value: string): void {
  issueFileCommand('STATE', prepareKeyValueMessage(name, value))
}
