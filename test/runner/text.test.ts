import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { code, indentedLine, lines, markdown, oneLine } from '../../src/runner/text.ts'
import { parseCommand } from './runner-rules.ts'

const ESC = '\u001B'

/** Text as an attacker would write it: pieces of commands, sequences, invisible characters, line ends, anything. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '::',
        ':',
        '##[',
        '##',
        '#',
        '[',
        ']',
        'error',
        'add-mask',
        'set-output name=a',
        '%0A',
        '\n',
        '\r',
        '\u0085',
        '\u2028',
      ),
      fc.constantFrom(
        '\u200B',
        '\u202E',
        '\u2066',
        '\u00AD',
        '\uFEFF',
        '\u{E0041}',
        ' ',
        '\u00A0',
        '\u3000',
        '\t',
        '\0',
        '\uD800',
        '\uDC00',
      ),
      fc.constantFrom(
        `${ESC}[31m`,
        `${ESC}]8;;http://x\u0007`,
        ESC,
        '\u009B',
        '<script>',
        '|',
        '`',
        '@user',
        '#12',
        'https://x.y',
        '&amp;',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''))

describe('oneLine', () => {
  it.each([
    ['plain text, äöü, 日本語, 🙂', 'plain text, äöü, 日本語, 🙂'],
    ['two\r\nlines', 'two lines'],
    ['{\n    "a": 1\n}', '{ "a": 1 }'],
    ['a  b', 'a  b'],
    [`${ESC}[1;31mred${ESC}[0m`, 'red'],
    [`${ESC}]8;;http://evil.example${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
    ['gnp.\u202Eexe\u202C', 'gnp.exe'],
    ['zero\u200Bwidth\uFEFF', 'zerowidth'],
    ['::error::gone', ': :error::gone'],
    ['  \u200B::set-output name=x::y', ': :set-output name=x::y'],
    ['std::vector', 'std::vector'],
    ['done ##[error]x', 'done ## [error]x'],
    ['#\u200B#[error]x', '## [error]x'],
    ['\uD800x', '\uFFFDx'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(oneLine(text)).toBe(expected)
  })

  it('says how much it cut, and cuts no character in half', () => {
    expect(oneLine('x'.repeat(12_845), 500)).toBe(`${'x'.repeat(500)}… (12,345 more characters)`)
    expect(oneLine('ab🙂cd', 3)).toBe('ab… (4 more characters)')
  })

  it('lets no control, line break or invisible character through', () => {
    fc.assert(
      fc.property(hostile, fc.nat(60), (text, maxChars) => {
        const line = oneLine(text, maxChars)
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u)
        expect(line.isWellFormed()).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('yields no line that the runner takes for a command', () => {
    fc.assert(
      fc.property(hostile, fc.nat(60), (text, maxChars) => {
        expect(parseCommand(oneLine(text, maxChars))).toBeUndefined()
        expect(parseCommand(indentedLine(text, maxChars))).toBeUndefined()
        for (const line of lines(text, 40 + maxChars).split('\n')) expect(parseCommand(line)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('is proved by a rule that does find commands', () => {
    expect(parseCommand('  ::error title=a::b%0Ac')).toEqual({
      name: 'error',
      properties: { title: 'a' },
      data: 'b\nc',
    })
    expect(parseCommand('text ##[group]x')?.name).toBe('group')
  })

  it('takes a megabyte of escape characters without hanging', () => {
    expect(oneLine(`${ESC}[1;`.repeat(250_000) + 'end', 1_000_000)).toContain('end')
  })

  it('reads no more of an endless text than it shows, and counts the rest', () => {
    const endless = `${ESC}]${'a;'.repeat(50)}`.repeat(300_000)
    for (const cut of [oneLine(endless), lines(endless), markdown(endless)]) {
      expect(cut.length).toBeLessThan(10_000)
      expect(cut).toMatch(/ \(\d\d,\d{3},\d{3} more characters\)$|more characters&#41;$/)
    }
    expect(oneLine('x'.repeat(2_000_000), 10)).toBe('xxxxxxxxxx… (1,999,990 more characters)')
    expect(oneLine(`${' '.repeat(150_000)}x`, 10)).toBe('… (50,001 more characters)')
    expect(lines('\n'.repeat(3_000_000))).toMatch(/^… \([\d,]+ more characters\)$/)
  })
})

describe('lines', () => {
  it('keeps line breaks and indentation, and guards each line', () => {
    expect(lines('with:\r\n  a: 1\n::error::x\n')).toBe('with:\n  a: 1\n: :error::x')
  })
})

describe('markdown', () => {
  it.each([
    ['a | b', 'a &#124; b'],
    ['<img src=x>', '&#60;img src=x&#62;'],
    ['*x* _y_ `z` ~~q~~', '&#42;x&#42; &#95;y&#95; &#96;z&#96; &#126;&#126;q&#126;&#126;'],
    ['[x](http://y)', '&#91;x&#93;&#40;http&#58;&#8203;//y&#41;'],
    ['@octocat', '&#64;&#8203;octocat'],
    ['fixes #12 and GH-3', 'fixes &#35;&#8203;12 and GH-&#8203;3'],
    ['www.example.com', 'www&#8203;&#46;example.com'],
    ['- item', '&#45; item'],
    ['1. item', '1&#46; item'],
    ['12 images, 3.5 MB: fine', '12 images, 3.5 MB: fine'],
  ])('%j becomes %j', (text, expected) => {
    expect(markdown(text)).toBe(expected)
  })

  it('leaves nothing that Markdown or HTML acts on', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const left = markdown(text).replace(/&#\d+;/g, '')
        expect(left).not.toMatch(/[<>|`*_[\]()~!@#\\"'&\n]/)
        expect(left).not.toMatch(/:\/\/|^[-+=]|^\d+\./)
      }),
      { numRuns: 2000 },
    )
  })

  it('shows the text that was given', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = markdown(text, 10_000).replace(/&#(\d+);/g, (_entity, number) =>
          String.fromCodePoint(Number(number)),
        )
        expect(shown.replaceAll('\u200B', '')).toBe(oneLine(text, 10_000))
      }),
    )
  })
})

describe('code', () => {
  it('escapes inside code, adds nothing invisible, and is empty for empty text', () => {
    expect(code('a|b https://x')).toBe('<code>a&#124;b https&#58;//x</code>')
    expect(code('')).toBe('')
    fc.assert(
      fc.property(hostile, (text) => {
        const inner = code(text).replace(/^<code>|<\/code>$/g, '')
        expect(inner).not.toMatch(/[<>|`&](?!#\d+;)/)
        expect(inner).not.toContain('&#8203;')
      }),
    )
  })
})
