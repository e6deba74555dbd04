/** The formats that Visual Layer takes, by file extension, with their media types; docs.visual-layer.com, FAQ. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  jfif: 'image/jpeg',
  gif: 'image/gif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  heic: 'image/heic',
  heif: 'image/heif',
  bmp: 'image/bmp',
  webp: 'image/webp',
  jp2: 'image/jp2',
  mp4: 'video/mp4',
  m4v: 'video/x-m4v',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
  wmv: 'video/x-ms-wmv',
  flv: 'video/x-flv',
  webm: 'video/webm',
  avi: 'video/x-msvideo',
  dav: 'application/octet-stream',
}

/** For people: `png, jpg, …`. */
export const MEDIA_FORMATS = Object.keys(MEDIA_TYPES).join(', ')

/** The media type of a file by its name; `undefined` where it is no image or video that Visual Layer takes. */
export function mediaType(fileName: string): string | undefined {
  const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined
}

/** Whether a file is an archive by its name: `.zip`, `.tar` or `.tar.gz`. Creation from files takes none, add media one. */
export function isArchive(fileName: string): boolean {
  return /\.(?:zip|tar|tar\.gz|tgz)$/i.test(fileName)
}

/**
 * The files that label media when a dataset is created, by their exact names, with their media types; docs.visual-layer.com, "Prepare
 * annotation data".
 */
const ANNOTATION_TYPES: Readonly<Record<string, string>> = {
  'annotations.json': 'application/json',
  'image_annotations.csv': 'text/csv',
  'image_annotations.parquet': 'application/vnd.apache.parquet',
  'object_annotations.csv': 'text/csv',
  'object_annotations.parquet': 'application/vnd.apache.parquet',
}

/** For people: `annotations.json, …`. */
export const ANNOTATION_NAMES = Object.keys(ANNOTATION_TYPES).join(', ')

/** The media type of an annotation file by its name without folders; `undefined` for other files. */
export function annotationType(fileName: string): string | undefined {
  return Object.hasOwn(ANNOTATION_TYPES, fileName) ? ANNOTATION_TYPES[fileName] : undefined
}
