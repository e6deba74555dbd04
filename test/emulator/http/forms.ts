import type { Call } from './reply.ts'
import { Rejection } from './reply.ts'

export interface FormFile {
  field: string
  name: string
  contentType: string
  bytes: Buffer
}

export interface Form {
  fields: Map<string, string>
  files: FormFile[]
}

/** The body as a form, multipart or urlencoded. @throws Rejection 422 for another type, 400 for a malformed multipart body */
export function readForm(call: Call): Form {
  const type = call.headers['content-type'] ?? ''
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { fields: new Map(new URLSearchParams(call.body.toString('utf8'))), files: [] }
  }
  if (!type.startsWith('multipart/form-data')) {
    throw new Rejection(422, [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }])
  }
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type)
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) throw malformed('Missing boundary in multipart.')
  return readMultipart(call.body, mark)
}

/** RFC 7578, with the body whole in memory. */
function readMultipart(body: Buffer, boundary: string): Form {
  const form: Form = { fields: new Map(), files: [] }
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first delimiter may open the body without a line break before it.
  const opening = Buffer.from(`--${boundary}`)
  if (!body.subarray(0, opening.length).equals(opening)) throw malformed('Did not find boundary character at index 0')
  let position = opening.length
  while (body.subarray(position, position + 2).toString('latin1') !== '--') {
    const headEnd = body.indexOf('\r\n\r\n', position)
    const partEnd = headEnd < 0 ? -1 : body.indexOf(delimiter, headEnd + 2)
    if (partEnd < 0) throw malformed('Unexpected end of multipart data')
    addPart(form, body.subarray(position, headEnd).toString('utf8'), body.subarray(headEnd + 4, partEnd))
    position = partEnd + delimiter.length
  }
  return form
}

function addPart(form: Form, head: string, content: Buffer): void {
  const disposition = /^content-disposition:\s*form-data;([^\r\n]*)/im.exec(head)?.[1] ?? ''
  const field = quoted(disposition, 'name')
  if (field === undefined) throw malformed('The Content-Disposition header field "name" must be provided.')
  const name = quoted(disposition, 'filename')
  if (name === undefined) {
    form.fields.set(field, content.toString('utf8'))
    return
  }
  const contentType = /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? 'application/octet-stream'
  form.files.push({ field, name, contentType, bytes: Buffer.from(content) })
}

/** A quoted parameter; `%22`, `%0D` and `%0A` are how browsers and fetch escape, a backslash how curl does. */
function quoted(disposition: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[;\\s])${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(disposition)
  return match?.[1]
    ?.replaceAll(/\\(["\\])/g, '$1')
    .replaceAll('%22', '"')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
}

function malformed(why: string): Rejection {
  return new Rejection(400, `There was an error parsing the body: ${why}`)
}
