import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** The longest row in bytes. A quote that is never closed makes one row of the rest of the file. */
const LONGEST_ROW = 1024 * 1024

/** Why a file is not CSV, and the line on which that shows, from 1. */
export interface NotCsv {
  line: number
  why: string
}

/**
 * Reads a CSV file (RFC 4180, UTF-8, with any line ends) row by row; blank lines are no rows. Returns what is wrong with it, if anything,
 * after the rows before that. Rejects if the file cannot be read, or with the signal's reason.
 *
 * @param take gets the fields of a row, and the line that it begins on, from 1
 * @param chunkBytes how much is read at a time, in bytes
 */
export async function readCsv(
  file: string,
  signal: AbortSignal,
  take: (fields: readonly string[], line: number) => void,
  chunkBytes = 64 * 1024,
): Promise<NotCsv | undefined> {
  const { CsvError, parse } = await import('csv-parse')
  // csv-parse counts a line break of two characters inside quotes as two lines.
  let doubled = 0
  let lastLine = 0
  const parser = parse({
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
    // Called at once for each row, while rows that wait in the stream would be lost with an error after them.
    on_record(fields: string[], { lines }) {
      const text = fields.join(' ')
      doubled += text.match(/\r\n/g)?.length ?? 0
      lastLine = lines - doubled
      take(fields, lastLine - (text.match(/\r\n|\r|\n/g)?.length ?? 0))
      return null
    },
  })
  parser.resume()
  const decoded = new Decoded()
  try {
    await pipeline(createReadStream(file, { highWaterMark: chunkBytes }), (bytes) => decoded.from(bytes), parser, {
      signal,
    })
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (decoded.broken !== undefined) return { line: decoded.broken, why: 'it is not UTF-8 text' }
    if (!(error instanceof CsvError)) throw error
    // What is wrong with these shows at the end of the file only.
    const whole = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    const line = whole ? lastLine + 1 : Number(error['lines']) - doubled
    return { line, why: `it is not CSV (${error.message.replace(/ (?:at|on) line \d+/, '')})` }
  }
}

/** Text out of UTF-8 bytes, without a byte order mark. */
class Decoded {
  /** The line with the first bytes that are no UTF-8, from 1. */
  broken: number | undefined

  async *from(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    let line = 1
    for await (const chunk of chunks) {
      try {
        yield decoder.decode(chunk, { stream: true })
      } catch (error) {
        this.broken = line + breaks(new TextDecoder().decode(chunk).split('\uFFFD')[0] ?? '')
        throw error
      }
      line += breaks(chunk.toString('latin1'))
    }
    this.broken = line
    decoder.decode()
    this.broken = undefined
  }
}

function breaks(text: string): number {
  return text.split('\n').length - 1
}
