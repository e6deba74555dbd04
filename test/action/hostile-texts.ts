/** What no command of the action may ever carry as its text: a command that did was started from outside. */
export const MARK = 'started-from-outside'

/** Texts that try to be more than text, by what they try. */
export const HOSTILE: Record<string, string> = {
  command: `::error::${MARK}`,
  'command after a line break': `x\n::error::${MARK}\n::set-output name=dataset_id::${MARK}`,
  'command after a carriage return': `x\r::warning::${MARK}\r\n  ::add-mask::${MARK}`,
  'command after Unicode line ends': `x\u2028::error::${MARK}\u2029::error::${MARK}\u0085::error::${MARK}`,
  'command after other white space': `\u00a0\u3000\ufeff\t\v\f ::error::${MARK}`,
  'older command': `##[error]${MARK} x ##[set-output name=dataset_id]${MARK}`,
  'older command in pieces': `#\u200b#[error]${MARK} #\u001b[31m#[error]${MARK}`,
  'command in escapes': `%0A::error::${MARK}%0D%0A##[error]${MARK}`,
  'end of commands': `::stop-commands::${MARK}\n::echo::on`,
  terminal: `\u001b[2J\u001b]0;${MARK}\u0007\u001b[8m\u009b31m\u0000\u0008`,
  'order of letters': `\u202e${MARK}\u202c\u2066\u200f`,
  html: `<img src=x onerror=alert(1)><script>${MARK}</script></td></table><a href="javascript:x">x</a><!--`,
  markdown: `](javascript:x) [${MARK}](https://evil.example) ![x](https://evil.example/x.png) \`\`\` | a | b |\n\n# ${MARK}\n- x\n| - |`,
  mentions: `@octocat #1 GH-1 https://evil.example www.evil.example mailto:x@evil.example`,
  delimiter: `x\nghadelimiter_\nerror_code<<EOF\n${MARK}\nEOF\nsnapshot_id=${MARK}`,
  'lone surrogates': `\ud800${MARK}\udc00`,
}
