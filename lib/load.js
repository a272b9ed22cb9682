'use strict'

// Finds the binary for this platform. Every package is spelt out, so that bundlers and file tracers see it.

const { closeSync, openSync, readSync } = require('node:fs')

const packages = {
  'darwin-arm64': () => require('@beams-native/binding-darwin-arm64'),
  'darwin-x64': () => require('@beams-native/binding-darwin-x64'),
  'freebsd-x64': () => require('@beams-native/binding-freebsd-x64'),
  'linux-arm64-gnu': () => require('@beams-native/binding-linux-arm64-gnu'),
  'linux-arm64-musl': () => require('@beams-native/binding-linux-arm64-musl'),
  'linux-x64-gnu': () => require('@beams-native/binding-linux-x64-gnu'),
  'linux-x64-musl': () => require('@beams-native/binding-linux-x64-musl'),
  'win32-arm64-msvc': () => require('@beams-native/binding-win32-arm64-msvc'),
  'win32-x64-msvc': () => require('@beams-native/binding-win32-x64-msvc'),
}

function load() {
  const name = platformName()
  if (!(name in packages)) {
    throw new Error(`beams-native has no binary for ${name}. It has those for ${Object.keys(packages).join(', ')}.`)
  }
  const errors = []
  // In a checkout, the binary is in its root.
  for (const find of [packages[name], () => require(`../beams-native.${name}.node`)]) {
    try {
      return find()
    } catch (error) {
      errors.push(error)
    }
  }
  const cause = errors.find((error) => !isMissing(error)) ?? errors[0]
  throw new Error(explain(name, cause), { cause })
}

function platformName() {
  const { platform, arch } = process
  const abi = { linux: isMusl() ? 'musl' : 'gnu', win32: 'msvc' }[platform]
  return abi ? `${platform}-${arch}-${abi}` : `${platform}-${arch}`
}

/** Which C library Node.js itself was linked with: the name of its loader is on the first page of the file. */
function isMusl() {
  if (process.platform !== 'linux') return false
  try {
    const page = Buffer.allocUnsafe(4096)
    const file = openSync(process.execPath)
    const length = readSync(file, page)
    closeSync(file)
    return page.subarray(0, length).includes('/ld-musl-')
  } catch {
    return false
  }
}

function isMissing({ code }) {
  return code === 'MODULE_NOT_FOUND'
}

function explain(name, cause) {
  if (isMissing(cause)) {
    return `beams-native cannot find its binary for ${name}: the package @beams-native/binding-${name} is not installed.
  - Were optional dependencies left out (--omit=optional, --no-optional)? Install with them.
  - Do node_modules or the lock file come from another platform? Delete both and install again (https://github.com/npm/cli/issues/4828).
  - Is your code bundled? Keep beams-native out of the bundle (esbuild: --external:beams-native).`
  }
  const isOldLibc = /GLIBC_[\d.]+' not found/.test(cause.message)
  const need = isOldLibc ? ' It needs glibc 2.17 or later.' : ''
  return `beams-native has a binary for ${name}, which does not load: ${cause.message}.${need}`
}

module.exports = load()
