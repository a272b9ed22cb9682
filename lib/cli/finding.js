'use strict'

const { paint } = require('./output.js')

const COLORS = { refused: 'red', dropped: 'red', degraded: 'yellow', hint: 'cyan' }

/** What the payload checks have found, in one line. */
function formatFinding({ severity, path, message }, stream) {
  return `${paint(stream, COLORS[severity], severity.padEnd(8))}  ${path || '(the payload)'}  ${message}`
}

module.exports = { formatFinding }
