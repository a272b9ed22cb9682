'use strict'

const fs = require('node:fs')
const path = require('node:path')

const guide = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'proxies-and-certificates.md'), 'utf8')

/** The rows of the table of the guide that starts with this column: of each cell, what is in backquotes. */
function readTable(column) {
  const lines = guide.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${column} `)) + 2
  const rows = lines.slice(start, lines.indexOf('', start))
  if (rows.length < 2) throw new Error(`there is no table of ${column}`)
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1])),
  )
}

module.exports = { readTable }
