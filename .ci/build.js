'use strict'

// `napi build` for a release. Panic messages contain the paths of source files. They are mapped to fixed ones, so that builds are
// reproducible and do not contain folders of the build machine. (Cargo's own `trim-paths` is not stable yet.)

const { spawnSync } = require('node:child_process')
const os = require('node:os')
const path = require('node:path')

const checkout = path.join(__dirname, '..')
const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), '.cargo')
const remapped = [
  [cargoHome, '/cargo'],
  [checkout, '/beams-native'],
].map(([from, to]) => `--remap-path-prefix=${from}=${to}`)
if (remapped.some((flag) => flag.includes(' '))) throw new Error(`Cargo cannot map a path with a space: ${checkout}`)

const RUSTFLAGS = [process.env.RUSTFLAGS, ...remapped].filter(Boolean).join(' ')
const napi = path.join(path.dirname(require.resolve('@napi-rs/cli/package.json')), 'dist', 'cli.js')
const { status } = spawnSync(
  process.execPath,
  [napi, 'build', '--platform', '--release', '--no-js', '--dts', 'index.d.ts', ...process.argv.slice(2)],
  { cwd: checkout, stdio: 'inherit', env: { ...process.env, RUSTFLAGS } },
)
process.exitCode = status ?? 1
