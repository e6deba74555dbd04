import { z } from 'zod'

// What is read of GitHub's responses (docs.github.com/rest/actions); the rest of them may be as it likes.

const id = z.number().int()

export const repositoryReply = z.object({ id, default_branch: z.string().min(1) })

const run = z.object({
  id,
  event: z.string(),
  conclusion: z.string().nullish(),
  head_branch: z.string().nullish(),
  /** Null where a fork that the run came from is deleted. */
  head_repository: z.object({ id }).nullish(),
})

export const currentRunReply = run.extend({ workflow_id: id, repository: z.object({ id }) })
export const runsReply = z.object({ workflow_runs: z.array(run) })

const artifact = z.object({
  id,
  name: z.string(),
  size_in_bytes: z.number(),
  expired: z.boolean(),
  created_at: z.string().nullish(),
  expires_at: z.string().nullish(),
  /** `sha256:` and hex, of the bytes that are stored; artifacts of old have none. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/i)
    .nullish(),
})

export const artifactsReply = z.object({ total_count: z.number(), artifacts: z.array(artifact) })

export type Run = z.infer<typeof run>
export type CurrentRun = z.infer<typeof currentRunReply>
export type Artifact = z.infer<typeof artifact>
