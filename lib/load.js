'use strict'

// Finds the binary for this platform. Bundlers and file tracers follow a `require` whose argument is a literal, and do not
// mind that the package is missing where the `require` stands in a `try`: so every one is spelt out.

const { closeSync, openSync, readSync } = require('node:fs')
const { join } = require('node:path')

const packages = {
  'darwin-arm64'(failed) {
    try {
      return require('@beams-native/binding-darwin-arm64')
    } catch (error) {
      return failed(error)
    }
  },
  'darwin-x64'(failed) {
    try {
      return require('@beams-native/binding-darwin-x64')
    } catch (error) {
      return failed(error)
    }
  },
  'freebsd-x64'(failed) {
    try {
      return require('@beams-native/binding-freebsd-x64')
    } catch (error) {
      return failed(error)
    }
  },
  'linux-arm64-gnu'(failed) {
    try {
      return require('@beams-native/binding-linux-arm64-gnu')
    } catch (error) {
      return failed(error)
    }
  },
  'linux-arm64-musl'(failed) {
    try {
      return require('@beams-native/binding-linux-arm64-musl')
    } catch (error) {
      return failed(error)
    }
  },
  'linux-x64-gnu'(failed) {
    try {
      return require('@beams-native/binding-linux-x64-gnu')
    } catch (error) {
      return failed(error)
    }
  },
  'linux-x64-musl'(failed) {
    try {
      return require('@beams-native/binding-linux-x64-musl')
    } catch (error) {
      return failed(error)
    }
  },
  'win32-arm64-msvc'(failed) {
    try {
      return require('@beams-native/binding-win32-arm64-msvc')
    } catch (error) {
      return failed(error)
    }
  },
  'win32-x64-msvc'(failed) {
    try {
      return require('@beams-native/binding-win32-x64-msvc')
    } catch (error) {
      return failed(error)
    }
  },
}

function load() {
  const name = platformName()
  if (!(name in packages)) {
    throw new Error(`beams-native has no binary for ${name}. Supported platforms: ${Object.keys(packages).join(', ')}.`)
  }
  const errors = []
  const failed = (error) => void errors.push(error)
  const binding = packages[name](failed) ?? requireFromCheckout(name, failed)
  if (binding !== undefined) return binding
  const cause = errors.find((error) => !isMissing(error)) ?? errors[0]
  throw new Error(explain(name, cause), { cause })
}

/** In a checkout, the binary is in its root. */
function requireFromCheckout(name, failed) {
  try {
    return require(join(__dirname, `../beams-native.${name}.node`))
  } catch (error) {
    return failed(error)
  }
}

function platformName() {
  const { platform, arch } = process
  const abi = { linux: isMusl() ? 'musl' : 'gnu', win32: 'msvc' }[platform]
  return abi ? `${platform}-${arch}-${abi}` : `${platform}-${arch}`
}

/** Which C library Node.js itself was linked with. */
function isMusl() {
  if (process.platform !== 'linux') return false
  const loader = readOwnLoader()
  return (loader ?? readLoaderFromReport())?.includes('/ld-musl-') ?? false
}

/** The first page of the executable holds the name of its loader. Unknown where the file may not be read. */
function readOwnLoader() {
  try {
    const page = Buffer.allocUnsafe(4096)
    const file = openSync(process.execPath)
    const length = readSync(file, page)
    closeSync(file)
    return /\/ld-(musl|linux)-/.exec(page.toString('latin1', 0, length))?.[0]
  } catch {
    return undefined
  }
}

/** Node's diagnostic report needs no permission, and takes some milliseconds. */
function readLoaderFromReport() {
  const { report } = process
  if (report === undefined) return undefined
  const { excludeNetwork } = report
  report.excludeNetwork = true // it would look names up
  const { header, sharedObjects } = report.getReport()
  report.excludeNetwork = excludeNetwork
  return header.glibcVersionRuntime ? '/ld-linux-' : sharedObjects.find((name) => name.includes('/ld-musl-'))
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
  return `beams-native has a binary for ${name}, which does not load: ${cause.message.replace(/\.?$/, '.')}${need}`
}

module.exports = load()
