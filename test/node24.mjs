// Loaded before the TypeScript of an npm script, which neither an older Node nor a clone without its packages can run.
import { existsSync } from 'node:fs'

const NEEDED = 24
const { node } = process.versions
const hasPackages = existsSync(new URL('../node_modules/yaml', import.meta.url))
if (!hasPackages || Number.parseInt(node) < NEEDED) {
  const what = hasPackages ? `This needs Node ${NEEDED}, but this is Node ${node}.` : 'The packages are not installed.'
  const todo = hasPackages ? 'Use npm run, which uses the Node of the packages, or bring Node 24.' : 'Run npm ci first.'
  console.error(`${what} ${todo}`)
  process.exit(1)
}
