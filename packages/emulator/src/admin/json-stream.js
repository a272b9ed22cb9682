'use strict'

const { Readable } = require('node:stream')

const CHUNK_LENGTH = 64 * 1024

/** A JSON array as a stream, so that only a part of it is in memory at a time. */
function streamJsonArray(items) {
  return Readable.from(writeJsonArray(items), { objectMode: false })
}

function* writeJsonArray(items) {
  let chunk = '['
  let separator = ''
  for (const item of items) {
    chunk += separator + JSON.stringify(item)
    separator = ','
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk
      chunk = ''
    }
  }
  yield `${chunk}]`
}

module.exports = { streamJsonArray }
