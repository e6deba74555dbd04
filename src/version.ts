/** The version in package.json; a test checks that they are equal. */
export const VERSION = '1.0.0'

/** How the action names itself to servers. */
export const USER_AGENT = `visual-layer-dataset-action/${VERSION}`
