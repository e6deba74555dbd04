import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readContext } from '../../src/runner/context.ts'

const env = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'octo-org/data.sets',
  GITHUB_WORKFLOW: 'Nightly “export”',
  GITHUB_JOB: 'export_1',
  GITHUB_RUN_ID: '123456',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_ACTOR: 'dependabot[bot]',
  GITHUB_EVENT_NAME: 'schedule',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_WORKSPACE: '/home/runner/work',
  RUNNER_TEMP: '/home/runner/temp',
  GITHUB_RETENTION_DAYS: '90',
}

describe('readContext', () => {
  it('reads what the runner tells', () => {
    expect(readContext(env)).toEqual({
      repository: 'octo-org/data.sets',
      workflow: 'Nightly “export”',
      job: 'export_1',
      runId: '123456',
      runAttempt: '2',
      sha: 'a'.repeat(40),
      ref: 'refs/heads/main',
      actor: 'dependabot[bot]',
      event: 'schedule',
      serverUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
      runUrl: 'https://github.com/octo-org/data.sets/actions/runs/123456/attempts/2',
      workspace: '/home/runner/work',
      temp: '/home/runner/temp',
      retentionDays: 90,
      isEnterpriseServer: false,
      isAct: false,
      isRunner: true,
    })
  })

  it('does without a runner', () => {
    const context = readContext({})
    expect(context).toMatchObject({
      serverUrl: 'https://github.com',
      workspace: process.cwd(),
      temp: tmpdir(),
      isRunner: false,
      isEnterpriseServer: false,
      isAct: false,
    })
    expect(context.runUrl).toBeUndefined()
    expect(context.workflow).toBeUndefined()
  })

  it.each([
    ['GITHUB_REPOSITORY', 'a/b\r\nX-Evil: 1', 'repository'],
    ['GITHUB_RUN_ID', '12; DROP', 'runId'],
    ['GITHUB_RUN_ATTEMPT', '-1', 'runAttempt'],
    ['GITHUB_SHA', 'main', 'sha'],
    ['GITHUB_JOB', 'a\nb', 'job'],
    ['GITHUB_EVENT_NAME', 'push\n', 'event'],
    ['GITHUB_RETENTION_DAYS', '0', 'retentionDays'],
  ] as const)('counts %s of a wrong shape as absent', (name, value, field) => {
    expect(readContext({ ...env, [name]: value })[field]).toBeUndefined()
  })

  it.each([
    ['https://github.com/', 'https://github.com', false],
    ['https://octo.ghe.com', 'https://octo.ghe.com', false],
    ['http://vm.localhost:3000', 'http://vm.localhost:3000', false],
    ['http://localhost:3000', 'http://localhost:3000', true],
    ['https://github.example.com/', 'https://github.example.com', true],
    ['javascript:alert(1)', 'https://github.com', false],
    ['nonsense', 'https://github.com', false],
  ])('distinguishes Enterprise Server from the rest: %s', (given, serverUrl, isEnterpriseServer) => {
    expect(readContext({ ...env, GITHUB_SERVER_URL: given })).toMatchObject({ serverUrl, isEnterpriseServer })
  })
})
