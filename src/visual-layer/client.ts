import { Datasets } from './datasets.ts'
import { Enrichment } from './enrichment.ts'
import { Explore } from './explore.ts'
import { Exports } from './exports.ts'
import { Http, type HttpOptions } from './http.ts'
import { Ingestion } from './ingestion.ts'
import { Media } from './media.ts'
import { Snapshots } from './snapshots.ts'
import { Tasks } from './tasks.ts'

/** The Visual Layer API by resource. Reads are retried; calls that change something are one attempt each. */
export interface VisualLayer {
  readonly datasets: Datasets
  readonly snapshots: Snapshots
  readonly tasks: Tasks
  readonly exports: Exports
  readonly explore: Explore
  readonly ingestion: Ingestion
  readonly media: Media
  readonly enrichment: Enrichment
}

export function connect(options: HttpOptions): VisualLayer {
  const http = new Http(options)
  return {
    datasets: new Datasets(http),
    snapshots: new Snapshots(http),
    tasks: new Tasks(http),
    exports: new Exports(http),
    explore: new Explore(http),
    ingestion: new Ingestion(http),
    media: new Media(http),
    enrichment: new Enrichment(http),
  }
}
