'use strict'

const { createRequire } = require('node:module')
const path = require('node:path')

const PACKAGE = 'beams-native'
// Sixteen times the limit of any platform, so that the check of one payload does not delay other requests.
const MAX_CHECKED = 64 * 1024
const SEVERITIES = ['refused', 'dropped', 'degraded', 'hint']

/**
 * The payload checker of `beams-native`, loaded at the first publish. If it cannot be loaded, there are no findings, and
 * `unavailable` is the reason.
 */
class PayloadChecks {
  #load
  #checker

  constructor(load = loadChecker) {
    this.#load = load
  }

  /** The findings for the body of a publish to `kind`, or why there are none. */
  check(kind, body) {
    const { checkPublishRequest, unavailable } = this.#get()
    if (unavailable !== undefined) return { findings: [], unavailable }
    const { [kind]: _targets, ...publishRequest } = body
    if (JSON.stringify(publishRequest).length > MAX_CHECKED) return { findings: [], unavailable: TOO_LARGE }
    try {
      return { findings: checkPublishRequest(publishRequest, { targets: kind }) }
    } catch (error) {
      return { findings: [], unavailable: `The payload could not be checked: ${readMessage(error)}` }
    }
  }

  #get() {
    this.#checker ??= this.#tryToLoad()
    return this.#checker
  }

  #tryToLoad() {
    try {
      return { checkPublishRequest: this.#load() }
    } catch (error) {
      return { unavailable: describeLoadError(error) }
    }
  }
}

const TOO_LARGE = `Payloads over ${MAX_CHECKED / 1024} KiB are not checked. Apple, Google and browsers take about 4 KB each`

/** Also looks in the working directory, because the emulator may run by `npx` or from a global installation. */
function loadChecker() {
  const { checkPublishRequest } = requireFirst([require, createRequire(path.join(process.cwd(), 'index.js'))])
  if (typeof checkPublishRequest !== 'function') throw new Error(`this version of ${PACKAGE} has no payload checks`)
  return checkPublishRequest
}

function requireFirst([load, ...others]) {
  try {
    return load(PACKAGE)
  } catch (error) {
    if (others.length === 0 || !isAbsent(error)) throw error
    return requireFirst(others)
  }
}

function describeLoadError(error) {
  if (isAbsent(error)) return `Payload checks need ${PACKAGE}: npm install ${PACKAGE}`
  return `Payload checks are not available: ${readMessage(error)}`
}

function isAbsent(error) {
  return error?.code === 'MODULE_NOT_FOUND' && String(error.message).includes(`'${PACKAGE}'`)
}

function readMessage(error) {
  return String(error?.message ?? error)
    .split('\n', 1)[0]
    .replace(/\.$/, '')
}

/** How many findings of each severity there are, as lists show them. */
function countFindings(findings) {
  return Object.fromEntries(
    SEVERITIES.map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length]),
  )
}

module.exports = { PayloadChecks, countFindings }
