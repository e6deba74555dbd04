import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { run } from './processes.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const MODULES = path.join(ROOT, 'node_modules')
const DRIVER = new URL('transfer-driver.ts', import.meta.url)

/** Compiles and bundles the driver as the action is: TypeScript to JavaScript by tsc, that to a few files by ncc. Answers its entry. */
export async function bundleDriver(folder: string): Promise<string> {
  const compiled = path.join(folder, 'compiled')
  const bundled = path.join(folder, 'bundled')
  const settings = {
    extends: path.join(ROOT, 'tsconfig.build.json'),
    compilerOptions: { rootDir: ROOT, outDir: compiled, typeRoots: [path.join(MODULES, '@types')] },
    include: [],
    files: [DRIVER.pathname],
  }
  mkdirSync(compiled, { recursive: true })
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings))
  writeFileSync(path.join(compiled, 'package.json'), '{ "type": "module" }')
  symlinkSync(MODULES, path.join(compiled, 'node_modules'), 'junction')
  await run(process.execPath, [path.join(MODULES, 'typescript/bin/tsc'), '-p', folder])
  const entry = path.join(compiled, 'test/bench/transfer-driver.js')
  const ncc = path.join(MODULES, '@vercel/ncc/dist/ncc/cli.js')
  await run(process.execPath, [ncc, 'build', entry, '-o', bundled, '--target', 'es2022', '--no-cache', '--quiet'])
  return path.join(bundled, 'index.js')
}
