import * as fields from '../inputs/fields.ts'
import { CATALOG_HEADERS, catalogCells, catalogJson, newestFirst, whenTaken } from './catalog.ts'
import { readDataset } from './facts.ts'
import { operation } from './operation.ts'
import { counted } from '../numbers.ts'

/** The summary and the output contain more; a log of thousands of lines helps nobody. */
const MOST_LOGGED = 100

/** Tells the snapshots of a dataset, newest first: as JSON, as a table in the summary, and in the log. */
export const listSnapshots = operation({
  name: 'list-snapshots',
  inputs: { dataset_id: fields.datasetId() },
  outputs: ['snapshots'],
  async run(request, step): Promise<string> {
    const { reporter } = step
    const dataset = await readDataset(step, request.datasetId)
    const snapshots = newestFirst(await step.api.snapshots.list(dataset.id))
    reporter.output('snapshots', catalogJson(snapshots))
    reporter.table({
      title: 'Snapshots',
      headers: [...CATALOG_HEADERS, 'Why', 'Description', 'State'],
      rows: snapshots.map((one) => [...catalogCells(one), one.reason, one.description, stateOf(one)]),
    })
    reporter.fact('Snapshots', String(snapshots.length))
    const current = snapshots.find((one) => one.isCurrent)
    if (current) reporter.fact('Current snapshot', current.name)
    await reporter.group(`Snapshots of dataset "${dataset.name}", newest first`, async () => {
      for (const one of snapshots.slice(0, MOST_LOGGED)) {
        const state = stateOf(one)
        reporter.info(`"${one.name}" (${one.id}), ${whenTaken(one)}, ${one.reason}${state && `, ${state}`}`)
      }
      if (snapshots.length > MOST_LOGGED) reporter.info(`… and ${snapshots.length - MOST_LOGGED} more`)
    })
    return `Dataset "${dataset.name}" has ${counted(snapshots.length, 'snapshot')}.`
  },
})

function stateOf(snapshot: { isCurrent: boolean; isRestoring: boolean }): string {
  return [snapshot.isCurrent ? 'current' : '', snapshot.isRestoring ? 'being restored' : ''].filter(Boolean).join(', ')
}
