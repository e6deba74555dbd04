import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/** A repository as release.yml meets it. */
const repository = z.object({
  /** Whether releases are immutable once they are published. */
  immutable: z.boolean(),
  /** The commit of each tag. */
  tags: z.record(z.string(), z.string()),
  releases: z.array(
    z.object({
      tag_name: z.string(),
      draft: z.boolean(),
      immutable: z.boolean(),
      target: z.string(),
      body: z.string(),
    }),
  ),
})
export type Repository = z.infer<typeof repository>

/** Reads what {@link FILE} holds. */
export function readRepository(file: string): Repository {
  return repository.parse(JSON.parse(readFileSync(file, 'utf8')))
}

const FILE = 'GH_REPOSITORY_FILE'
/** What `gh --jq` does within. */
const JQ = 'jq'

/** Stands in for the `gh` of a runner, for what release.yml asks of it: the repository is the JSON in the file that FILE names. */
function main([command, ...args]: string[]): void {
  const file = process.env[FILE] ?? ''
  const state = readRepository(file)
  const option = (name: string) => {
    const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`))
    return at < 0 ? undefined : args[at]?.includes('=') ? args[at].slice(name.length + 1) : args[at + 1]
  }
  if (command === 'release') release(state, args, option)
  else if (command === 'api') api(state, args, option)
  else throw new Error(`gh ${command} is not known here`)
  writeFileSync(file, JSON.stringify(state))
}

type Option = (name: string) => string | undefined

function release(state: Repository, [verb, tag = '']: string[], option: Option): void {
  const notes = option('--notes-file')
  if (verb === 'create') {
    const target = option('--target') ?? ''
    const body = readFileSync(notes ?? '', 'utf8')
    state.releases.push({ tag_name: tag, draft: true, immutable: false, target, body })
    return
  }
  const found = state.releases.find(({ tag_name }) => tag_name === tag)
  if (verb !== 'edit' || !found) throw new Error('release not found')
  if (notes !== undefined) found.body = readFileSync(notes, 'utf8')
  found.target = option('--target') ?? found.target
  if (option('--draft') !== 'false') return
  found.draft = false
  found.immutable = state.immutable
  // Publishing makes the tag where there is none.
  state.tags[tag] ??= found.target
}

function api(state: Repository, args: string[], option: Option): void {
  const address = args.find((arg) => arg.startsWith('repos/'))?.replace('repos/octo/cats/', '') ?? ''
  const method = option('--method') ?? 'GET'
  const answer = method === 'GET' ? read(state, address) : write(state, `${method} ${address}`, args)
  const filter = option('--jq')
  if (filter === undefined) return
  process.stdout.write(execFileSync(JQ, ['-r', filter], { input: JSON.stringify(answer) }))
}

function read({ tags, releases }: Repository, address: string): unknown {
  if (address === 'releases') return releases
  const prefix = /^git\/matching-refs\/tags\/(.*)$/.exec(address)?.[1]
  if (prefix !== undefined) {
    const found = Object.keys(tags).filter((tag) => tag.startsWith(prefix))
    return found.map((tag) => ({ ref: `refs/tags/${tag}` }))
  }
  const tag = address.split('/').at(-1) ?? ''
  if (address === `commits/tags/${tag}` && tags[tag] !== undefined) return { sha: tags[tag] }
  const published = releases.find(({ tag_name, draft }) => tag_name === tag && !draft)
  if (address === `releases/tags/${tag}` && published) return published
  throw new Error(`gh: Not Found (HTTP 404): ${address}`)
}

function write({ tags }: Repository, call: string, args: string[]): void {
  const fields = Object.fromEntries(args.flatMap((arg) => [/^(\w+)=(.*)$/.exec(arg)?.slice(1) ?? []]))
  const tag = (fields['ref'] ?? call).split('/').at(-1) ?? ''
  const there = tags[tag] !== undefined
  if (there ? call === `PATCH git/refs/tags/${tag}` && fields['force'] === 'true' : call === 'POST git/refs') {
    tags[tag] = fields['sha'] ?? ''
  } else throw new Error(`gh: Unprocessable Entity (HTTP 422): ${call}`)
}

if (import.meta.main) main(process.argv.slice(2))
