import { Datasets } from './datasets.ts'
import { Exports } from './exports.ts'
import { Http, type HttpOptions } from './http.ts'
import { Snapshots } from './snapshots.ts'
import { Tasks } from './tasks.ts'

/** The Visual Layer API by resource. Reads are retried; calls that change something are one attempt each. */
export interface VisualLayer {
  readonly datasets: Datasets
  readonly snapshots: Snapshots
  readonly tasks: Tasks
  readonly exports: Exports
}

export function connect(options: HttpOptions): VisualLayer {
  const http = new Http(options)
  return {
    datasets: new Datasets(http),
    snapshots: new Snapshots(http),
    tasks: new Tasks(http),
    exports: new Exports(http),
  }
}
