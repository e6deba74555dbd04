/** How long each kind of work takes, in milliseconds. Read anew for each operation, so a test may change it while the emulator runs. */
interface Timings {
  createMs: number
  snapshotMs: number
  restoreMs: number
  cloneMs: number
  enrichMs: number
  exportMs: number
  addMediaMs: number
  reindexMs: number
  processMs: number
}

/** How long after a change a view still shows the state before it, in milliseconds. */
interface Lags {
  taskListMs: number
  datasetListMs: number
  snapshotListMs: number
  /** Of the dataset itself: its status and progress. */
  statusMs: number
}

/** What the vendor's pages leave open, or tell in two ways. */
interface Style {
  /** `both`: `status_new` beside the legacy `status`; `status_new`: alone; `status`: the announced renaming. */
  statusField: 'status_new' | 'status' | 'both'
  createReply: 'dataset_id' | 'id'
  /** The reply to a start: the documented `{id}`, or the whole export task as recorded by clients. */
  exportReply: 'short' | 'whole'
  /** `object`: 200 when done; `empty`: 200 without a body when done; `accepted`: 202 at once, done later. */
  snapshotCreate: 'object' | 'empty' | 'accepted'
  /** `absolute`: signed links to the storage host; `relative`: `/cdn/...` of the API's own origin, as self-hosted servers give. */
  downloadLinks: 'absolute' | 'relative'
  /** The dataset that a clone's task is filed under. */
  cloneTaskDataset: 'new' | 'source'
  /** `copy`: a new dataset is enriched, as documented; `in_place`: the source itself. */
  enrichment: 'copy' | 'in_place'
  /** The dataset that the task of an enriched copy is filed under. */
  enrichTaskDataset: 'new' | 'source'
  /** Whether a running enrichment can be aborted through its context. */
  enrichAbort: 'context' | 'missing'
  /** Empty bodies become the literal `null`. */
  nullBodies: boolean
  /** Whether the storage host honours Range. */
  ranges: boolean
  statusSpelling: 'space' | 'underscore'
  /**
   * How an export over the cap, or of nothing, is rejected. `rejected`: the task turns REJECTED; `rejected_at_start`: the reply to
   * the start is a REJECTED task; `error`: `{"error": ...}` with HTTP 200; `bad_request` and `payload_too_large`: 400 and 413.
   */
  exportRejection: 'rejected' | 'rejected_at_start' | 'error' | 'bad_request' | 'payload_too_large'
  /** `threshold`: the words of a rejection name the cap; `vague`: they name no number. */
  rejectionWords: 'threshold' | 'vague'
  /** `bare`: pages of clusters that do not tell how many there are. */
  explore: 'whole' | 'bare' | 'missing'
  /** Whether the media of one cluster can be listed. */
  members: 'pages' | 'missing'
  /** Whether there is the table of file names and media ids. */
  mediaIdList: 'csv' | 'missing'
  /** Of a selection only the first entry is honoured. */
  singleSelection: boolean
  /** Whether the filters of a cluster in a selection may hold `vql`; else it is not looked at. */
  clusterVql: boolean
  /** Whether add media and reindex leave an automatic snapshot of the state before them. */
  automaticRevisions: boolean
  /** What becomes of annotation files among uploaded ones, of which the page on uploads says nothing. */
  annotations: 'applied' | 'ignored' | 'rejected'
}

export interface EmulatorOptions {
  /** 0 picks a free port. */
  port: number
  /** `none`: a self-hosted server, which asks for no token. */
  auth: 'jwt' | 'none'
  timings: Timings
  lags: Lags
  style: Style
  /** Life of a signed storage link, in milliseconds. */
  linkLifetimeMs: number
  /** The most entities one export may hold. */
  exportCap: number
  /** The same of an export with images. */
  imagesCap: number
  /** The largest body of a selective export in bytes; a larger one is answered 413 by the proxy in front. */
  selectionLimitBytes: number
  /** Images that a dataset created from a bucket, or an S3 folder added to one, brings. */
  bucketImages: number
  /** The largest upload request in bytes; a larger one is answered 413 by the proxy in front. */
  uploadLimitBytes: number
}

/** What a caller may set: any part of the options, the groups in part too. */
export type EmulatorSettings = Partial<Omit<EmulatorOptions, 'timings' | 'lags' | 'style'>> & {
  timings?: Partial<Timings>
  lags?: Partial<Lags>
  style?: Partial<Style>
}

const shortWork = 80

/** The given settings over the defaults. */
export function emulatorOptions(settings: EmulatorSettings = {}): EmulatorOptions {
  const { timings, lags, style, ...rest } = settings
  return {
    port: 0,
    auth: 'jwt',
    linkLifetimeMs: 60_000,
    exportCap: Number.POSITIVE_INFINITY,
    imagesCap: Number.POSITIVE_INFINITY,
    selectionLimitBytes: Number.POSITIVE_INFINITY,
    bucketImages: 12,
    uploadLimitBytes: Number.POSITIVE_INFINITY,
    ...rest,
    timings: {
      createMs: shortWork,
      snapshotMs: shortWork,
      restoreMs: shortWork,
      cloneMs: shortWork,
      enrichMs: shortWork,
      exportMs: shortWork,
      addMediaMs: shortWork,
      reindexMs: shortWork,
      processMs: shortWork,
      ...timings,
    },
    lags: { taskListMs: 0, datasetListMs: 0, snapshotListMs: 0, statusMs: 0, ...lags },
    style: {
      statusField: 'both',
      createReply: 'dataset_id',
      exportReply: 'short',
      snapshotCreate: 'object',
      downloadLinks: 'absolute',
      cloneTaskDataset: 'new',
      enrichment: 'copy',
      enrichTaskDataset: 'new',
      enrichAbort: 'context',
      nullBodies: false,
      ranges: true,
      statusSpelling: 'space',
      exportRejection: 'rejected',
      rejectionWords: 'threshold',
      explore: 'whole',
      members: 'pages',
      mediaIdList: 'csv',
      singleSelection: false,
      clusterVql: true,
      automaticRevisions: false,
      annotations: 'applied',
      ...style,
    },
  }
}
