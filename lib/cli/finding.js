'use strict'

const { paint, toOneLine } = require('./output.js')

const COLORS = { refused: 'red', dropped: 'red', degraded: 'yellow', hint: 'cyan' }

/** A finding of the payload checks on one line. */
function formatFinding({ severity, path, message }, stream) {
  return `${paint(stream, COLORS[severity], severity.padEnd(8))}  ${toOneLine(path) || '(the payload)'}  ${toOneLine(message)}`
}

module.exports = { formatFinding }
