import type { Http } from './http.ts'
import type { Sending } from './ingestion.ts'
import type { FilePart, FormPart } from './multipart.ts'

/** Where new media come from: exactly one of the three that the API takes. */
export type MediaSource =
  | { kind: 'files'; files: readonly FilePart[] }
  | { kind: 'archive'; archive: FilePart }
  | { kind: 's3'; uri: string }

/** Media added to a dataset; docs.visual-layer.com, "Add media to an existing dataset". */
export class Media {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  /** Adds media, all in one request. One attempt; 202 with an empty body. 409 unless READY or PARTIAL INDEX. */
  async add(datasetId: string, source: MediaSource, autoReindex: boolean, sending: Sending): Promise<void> {
    // The fields come before the files, so that a server which reads as it receives knows them first.
    const parts: FormPart[] = [{ field: 'auto_reindex', value: String(autoReindex) }, ...sourceParts(source)]
    await this.#http.send({
      what: `add media to dataset ${datasetId}`,
      method: 'POST',
      path: `dataset/${datasetId}/add_media`,
      upload: { ...sending, parts },
    })
  }

  /** Reindexes a dataset. One attempt; 202. 409 unless PARTIAL INDEX. */
  async reindex(datasetId: string): Promise<void> {
    await this.#http.send({
      what: `reindex dataset ${datasetId}`,
      method: 'POST',
      path: `dataset/${datasetId}/reindex`,
    })
  }
}

function sourceParts(source: MediaSource): FormPart[] {
  switch (source.kind) {
    case 'files':
      return source.files.map((file) => ({ ...file, field: 'files' }))
    case 'archive':
      return [{ ...source.archive, field: 'archive' }]
    case 's3':
      return [{ field: 's3_uri', value: source.uri }]
  }
}
