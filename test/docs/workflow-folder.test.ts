import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ERROR_CODES } from '../../src/errors.ts'
import { OPERATION_NAMES } from '../../src/operations/index.ts'
import { fileText } from './documents.ts'

/** As docs.github.com describes issue forms. */
const form = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  body: z.array(
    z.strictObject({
      type: z.enum(['markdown', 'input', 'textarea', 'dropdown']),
      id: z.string().optional(),
      attributes: z.strictObject({
        value: z.string().optional(),
        label: z.string().optional(),
        description: z.string().optional(),
        placeholder: z.string().optional(),
        render: z.string().optional(),
        options: z.array(z.string()).optional(),
      }),
      validations: z.strictObject({ required: z.boolean() }).optional(),
    }),
  ),
})

function issueForm(name: string): z.infer<typeof form> {
  return form.parse(parse(fileText(`.github/ISSUE_TEMPLATE/${name}.yml`)))
}

function options(id: string): string[] {
  return issueForm('bug').body.find((field) => field.id === id)?.attributes.options ?? []
}

describe('the issue forms', () => {
  it.each(['bug', 'feature'])('are as GitHub wants them: %s', (name) => {
    const { body } = issueForm(name)
    const asked = body.filter(({ type }) => type !== 'markdown')
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
    for (const { type, attributes } of body) {
      if (type === 'markdown') expect(attributes.value).toBeTruthy()
      else expect(attributes.label).toBeTruthy()
      if (type === 'dropdown') expect(new Set(attributes.options).size).toBe(attributes.options?.length)
    }
    expect(asked.some(({ validations }) => validations?.required)).toBe(true)
  })

  it('offer the operations and the error codes that there are', () => {
    expect(options('operation')).toEqual(OPERATION_NAMES)
    expect(options('error_code').filter((option) => !option.startsWith('none, '))).toEqual(ERROR_CODES)
  })

  it('say what may not be shown, and where a vulnerability is reported', () => {
    const [notice] = issueForm('bug').body
    expect(notice?.attributes.value).toMatch(/API keys, secrets, tokens, and signed links[\s\S]*Report a vulnerability/)
    expect(parse(fileText('.github/ISSUE_TEMPLATE/config.yml'))).toMatchObject({ blank_issues_enabled: false })
  })
})

describe('Dependabot', () => {
  const updates = z.object({
    updates: z.array(
      z.looseObject({ 'package-ecosystem': z.string(), cooldown: z.looseObject({ 'default-days': z.number() }) }),
    ),
  })

  it('looks after the packages and the pinned actions, and takes nothing on its first day', () => {
    const { updates: all } = updates.parse(parse(fileText('.github/dependabot.yml')))
    expect(all.map((one) => one['package-ecosystem'])).toEqual(['npm', 'github-actions'])
    for (const { cooldown } of all) expect(cooldown['default-days']).toBeGreaterThanOrEqual(7)
  })
})
