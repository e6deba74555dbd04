export const REPORT = 'If this keeps happening, send Visual Layer support the export ID.'

/** What to do about an export whose bytes are damaged. */
export const NEW_EXPORT = `Re-run the job for a new export. ${REPORT}`
