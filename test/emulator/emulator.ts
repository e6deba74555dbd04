import { ArtifactService } from './artifacts/service.ts'
import { datasetRoutes } from './api/datasets.ts'
import { enrichmentRoutes } from './api/enrichment.ts'
import { exploreRoutes } from './api/explore.ts'
import { exportRoutes } from './api/exports.ts'
import { ingestionRoutes } from './api/ingestion.ts'
import { mediaRoutes } from './api/media.ts'
import { memberRoutes } from './api/members.ts'
import { snapshotRoutes } from './api/snapshots.ts'
import { taskRoutes } from './api/tasks.ts'
import { checkToken, signToken } from './auth.ts'
import { restAnswer } from './github/routes.ts'
import { GitHubService } from './github/service.ts'
import { Faults } from './http/faults.ts'
import { listen, type RecordedRequest } from './http/listener.ts'
import { type Answer, text, webApp } from './http/reply.ts'
import { routed } from './http/routing.ts'
import { type EmulatorOptions, type EmulatorSettings, emulatorOptions } from './options.ts'
import { Storage } from './storage.ts'
import { Timeline } from './timeline.ts'
import { World } from './world.ts'

export interface Emulator {
  /** `http://127.0.0.1:PORT`; the API is under `/api/v1`. */
  url: string
  /** The storage host: another port, so another origin. */
  storageUrl: string
  apiKey: string
  apiSecret: string
  /** A ready-made bearer token; 600 s unless told. */
  token(lifetimeSeconds?: number): string
  /** The options in force: timings, lags and style may be changed while it runs. */
  options: EmulatorOptions
  world: World
  /** Every request to any of the four servers, in the order they came. */
  requests: RecordedRequest[]
  faults: Faults
  artifacts: ArtifactService
  /** GitHub's REST API: runs of a workflow, and the artifacts that they stored in `artifacts`. */
  github: GitHubService
  stop(): Promise<void>
}

const credentials = {
  apiKey: 'emulator-key-0d3f5a',
  apiSecret: 'emulator-secret-7c1e9b42f08d4c6a95e3',
}

/** Starts Visual Layer in a box: its API, its storage host, a GitHub artifact service and GitHub's REST API, each a server on 127.0.0.1. */
export async function startEmulator(settings?: EmulatorSettings): Promise<Emulator> {
  const options = emulatorOptions(settings)
  const timeline = new Timeline()
  const faults = new Faults()
  const requests: RecordedRequest[] = []
  const shared = { faults, requests, bodyLimitBytes: () => Number.POSITIVE_INFINITY }

  const storage = new Storage({ lifetimeMs: () => options.linkLifetimeMs, ranges: () => options.style.ranges })
  const storageServer = await listen({ ...shared, server: 'storage', port: 0, answer: (call) => storage.answer(call) })

  let artifactsUrl = ''
  const artifacts = new ArtifactService(() => artifactsUrl)
  const artifactServer = await listen({
    ...shared,
    server: 'artifacts',
    port: 0,
    answer: (call) => artifacts.answer(call),
  })
  artifactsUrl = artifactServer.url

  let githubUrl = ''
  const github = new GitHubService(artifacts, () => githubUrl)
  const githubServer = await listen({ ...shared, server: 'github', port: 0, answer: restAnswer(github) })
  githubUrl = githubServer.url

  const world = new World(options, timeline, storage)
  const api = await listen({
    ...shared,
    server: 'api',
    port: options.port,
    answer: apiAnswer(world, storageServer.url),
    bodyLimitBytes: () => options.uploadLimitBytes,
  })

  return {
    url: api.url,
    storageUrl: storageServer.url,
    ...credentials,
    token: (lifetimeSeconds = 600) => signToken(credentials, lifetimeSeconds),
    options,
    world,
    requests,
    faults,
    artifacts,
    github,
    async stop() {
      timeline.stop()
      await Promise.all([api.stop(), storageServer.stop(), artifactServer.stop(), githubServer.stop()])
    },
  }
}

function apiAnswer(world: World, storageUrl: string): Answer {
  const routes = routed('/api/v1', [
    ...datasetRoutes(world),
    ...snapshotRoutes(world),
    ...enrichmentRoutes(world),
    ...taskRoutes(world),
    ...exportRoutes(world, storageUrl),
    ...exploreRoutes(world, storageUrl),
    ...ingestionRoutes(world),
    ...mediaRoutes(world),
    ...memberRoutes(world),
  ])
  return (call) => {
    if (call.path.startsWith('/cdn/'))
      return world.storage.serve(decodeURIComponent(call.path.slice('/cdn/'.length)), call)
    // The same host serves the web app: any other path is a page of it.
    if (!call.path.startsWith('/api/')) return text(webApp, 'text/html; charset=utf-8')
    if (world.options.auth === 'jwt' && call.path !== '/api/v1/healthcheck') checkToken(call, credentials)
    return routes(call)
  }
}
