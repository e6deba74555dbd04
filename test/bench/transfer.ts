import { mkdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { inTurn, run } from './processes.ts'
import { binary, type Claim, type Measurement, ratioClaim } from './report.ts'
import { type BenchArchive, imagesArchive, jsonArchive, largeArchive, recordsArchive } from './transfer-archives.ts'
import { MOST_SPACE, TransferScene } from './transfer-scene.ts'
import { FinishedExport } from './transfer-step.ts'

const MIB = 1024 ** 2
const PARSE = 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))'
/** Of one connection, where the storage limits it, in bytes a second. */
const LIMIT = 20_000_000
/** There a run of theirs takes ten seconds. */
const MOST_LIMITED_RUNS = 2
const MOST_MEMORY = 256 * MIB
/** Six times the archive may take this much more memory: garbage collection is not exact, and there are more entries. */
const MOST_GROWTH = 1.2

/** Downloads and unpacking on one storage host and one file system: the peers as whole processes, ours from when node is up. */
export async function* transfer(runs: number): AsyncGenerator<Measurement, void> {
  const scene = await TransferScene.timed(LIMIT)
  try {
    const json = await jsonArchive(scene.archives)
    const stored = await imagesArchive(scene.archives, 'stored')
    const deflated = await imagesArchive(scene.archives, 'deflated')
    yield await fetchingLimited(scene, stored, Math.min(runs, MOST_LIMITED_RUNS))
    const cases: [string, BenchArchive, number][] = [
      ['one JSON of 400 MiB, deflated', json, 0.45],
      ['5,000 images of 40 kB, stored', stored, 0.85],
      ['5,000 images of 40 kB, deflated', deflated, 0.85],
    ]
    for (const [words, archive, most] of cases) {
      yield* await fetching(scene, words, archive, { runs, most })
      yield* await unpacking(scene, words, archive, runs)
      rmSync(archive.path)
    }
    for (const [records, most] of [
      [200_000, 1],
      [20_000, 1.5],
    ] as const)
      yield await wholeStep(scene, records, most, runs)
  } finally {
    await scene.close()
  }
  const large = await TransferScene.open(os.tmpdir(), LIMIT, MOST_SPACE)
  try {
    yield* memory(large)
  } finally {
    await large.close()
  }
}

/** Where one connection is slow, as those of storage hosts are to a far runner. */
async function fetchingLimited(scene: TransferScene, archive: BenchArchive, runs: number): Promise<Measurement> {
  const ours = new Ours(scene)
  const link = scene.link(archive.name, true)
  const [oursMs = [], theirsMs = []] = await inTurn(runs, [() => ours.fetch(link), () => curlAndUnzip(scene, link)])
  await sameFiles(scene, 'ours')
  return {
    what: `download and unpack: ${LIMIT / 1e6} MB/s a connection`,
    sizeBytes: archive.sizeBytes,
    oursMs,
    against: { name: 'curl, unzip', ms: theirsMs },
    peakBytes: ours.peakBytes,
    claims: [ratioClaim(oursMs, theirsMs, 0.2)],
  }
}

/**
 * Download and unpack as fast as the host sends; and what a user waits for, a whole step: beyond that it counts and digests every
 * record, and writes the manifest.
 */
async function fetching(
  scene: TransferScene,
  words: string,
  { name, sizeBytes }: BenchArchive,
  { runs, most }: { runs: number; most: number },
): Promise<Measurement[]> {
  const link = scene.link(name)
  const ours = new Ours(scene)
  const [oursMs = [], theirsMs = []] = await inTurn(runs, [() => ours.fetch(link), () => curlAndUnzip(scene, link)])
  const finished = await FinishedExport.start(link)
  const step = await finished.step(scene.folder('step'))
  finished.close()
  await sameFiles(scene, 'ours')
  await sameFiles(scene, 'step')
  scene.remove('ours', 'theirs', 'step')
  const against = { name: 'curl, unzip', ms: theirsMs }
  const claims = [ratioClaim(oursMs, theirsMs, most)]
  return [
    { what: `download and unpack: ${words}`, sizeBytes, oursMs, against, peakBytes: ours.peakBytes, claims },
    {
      what: `a whole export step: ${words}`,
      sizeBytes,
      oursMs: [step.ms],
      against,
      peakBytes: step.peakBytes,
      claims: [],
    },
  ]
}

/** What a user waits for who only wants the records: against the tools, and Node to parse the file. */
async function wholeStep(scene: TransferScene, records: number, most: number, runs: number): Promise<Measurement> {
  const { name, sizeBytes } = await recordsArchive(scene.archives, records)
  const link = scene.link(name)
  const finished = await FinishedExport.start(link)
  let peakBytes = 0
  const ours = async () => {
    const step = await finished.step(scene.folder('step'))
    peakBytes = Math.max(peakBytes, step.peakBytes)
    return step.ms
  }
  const theirs = async () => {
    const ms = await curlAndUnzip(scene, link)
    const file = path.join(filesOf(scene.path('theirs')), 'metadata.json')
    return ms + (await run(process.execPath, ['-e', PARSE, file])).ms
  }
  const [oursMs = [], theirsMs = []] = await inTurn(runs, [ours, theirs])
  finished.close()
  await sameFiles(scene, 'step')
  scene.remove('step', 'theirs')
  return {
    what: `a whole export step: ${records.toLocaleString('en-US')} records`,
    sizeBytes,
    oursMs,
    against: { name: 'curl, unzip, JSON.parse', ms: theirsMs },
    peakBytes,
    claims: [
      ratioClaim(oursMs, theirsMs, most),
      { words: `at most ${binary(MOST_MEMORY)}`, kept: peakBytes <= MOST_MEMORY },
    ],
  }
}

/** Unpacking of an archive that is on disk, against bsdtar; and against unzip, for information. */
async function unpacking(
  scene: TransferScene,
  words: string,
  { path: archive, sizeBytes }: BenchArchive,
  runs: number,
): Promise<Measurement[]> {
  const ours = new Ours(scene)
  const theirs = () => {
    const files = filesOf(scene.folder('theirs'))
    mkdirSync(files)
    return files
  }
  const bsdtar = async () => (await run('bsdtar', ['-xf', archive, '-C', theirs()])).ms
  const unzip = async () => (await run('unzip', ['-q', archive, '-d', theirs()])).ms
  const sides = [() => ours.unpack(archive), bsdtar, unzip]
  const [oursMs = [], bsdtarMs = [], unzipMs = []] = await inTurn(runs, sides)
  await sameFiles(scene, 'ours')
  scene.remove('ours', 'theirs')
  const common = { what: `unpack: ${words}`, sizeBytes, oursMs, peakBytes: ours.peakBytes }
  return [
    { ...common, against: { name: 'bsdtar', ms: bsdtarMs }, claims: [ratioClaim(oursMs, bsdtarMs, 1)] },
    { ...common, against: { name: 'unzip', ms: unzipMs }, claims: [] },
  ]
}

/** What download and unpack take at their height, from small to beyond what 32 bits count. */
async function* memory(scene: TransferScene): AsyncGenerator<Measurement, void> {
  let before = Infinity
  for (const [words, atLeast, growth] of [
    ['40 MB', 40e6],
    ['700 MB', 700e6],
    ['4 GiB', 4 * 1024 ** 3, MOST_GROWTH],
  ] as const) {
    const { name, path: made, sizeBytes } = await largeArchive(scene.archives, atLeast)
    const ours = new Ours(scene)
    const oursMs = [await ours.fetch(scene.link(name))]
    const { peakBytes } = ours
    scene.remove('ours')
    rmSync(made)
    const claims: Claim[] = [{ words: `at most ${binary(MOST_MEMORY)}`, kept: peakBytes <= MOST_MEMORY }]
    if (growth) claims.push({ words: `${growth} x that of 700 MB`, kept: peakBytes <= growth * before })
    before = peakBytes
    yield { what: `memory of download and unpack: ${words}`, sizeBytes, oursMs, peakBytes, claims }
  }
}

/** Our side, and the most memory that it took so far, in bytes. */
class Ours {
  peakBytes = 0
  readonly #scene: TransferScene

  constructor(scene: TransferScene) {
    this.#scene = scene
  }

  async fetch(link: string): Promise<number> {
    const folder = this.#scene.folder('ours')
    const archive = path.join(folder, 'export.zip')
    const { ms, peakBytes } = await this.#scene.driver(['fetch', link, archive, filesOf(folder)])
    this.peakBytes = Math.max(this.peakBytes, peakBytes)
    return ms
  }

  async unpack(archive: string): Promise<number> {
    const folder = this.#scene.folder('ours')
    const { ms, peakBytes } = await this.#scene.driver(['unpack', archive, filesOf(folder)])
    this.peakBytes = Math.max(this.peakBytes, peakBytes)
    return ms
  }
}

async function curlAndUnzip(scene: TransferScene, link: string): Promise<number> {
  const folder = scene.folder('theirs')
  const both = 'curl -sSfL -o "$1" "$2" && unzip -q "$1" -d "$3"'
  return (await run('sh', ['-c', both, 'sh', path.join(folder, 'export.zip'), link, filesOf(folder)])).ms
}

/** Throws unless what we unpacked is, byte for byte, what they did. */
async function sameFiles(scene: TransferScene, side: 'ours' | 'step'): Promise<void> {
  const [one, other] = [side, 'theirs'].map((name) => filesOf(scene.path(name)))
  await run('diff', ['-rq', '--exclude=manifest.json', one ?? '', other ?? ''])
}

function filesOf(folder: string): string {
  return path.join(folder, 'files')
}
