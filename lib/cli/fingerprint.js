'use strict'

// A list is read twice: to validate it, and to publish. A fingerprint makes sure that both read the same.

const { createHash } = require('node:crypto')

const BLOCK_SIZE = 1 << 16

/** The digest of each block of a file, so that a change is noticed before a byte of its block is used. */
class Fingerprint {
  #digests = []

  /** Yields the content of a stream, and records it. */
  async *record(stream) {
    for await (const block of readBlocks(stream)) {
      this.#digests.push(digest(block))
      yield block
    }
  }

  /** Yields the content of a stream while it is the recorded one. Otherwise throws what `createError` returns. */
  async *verify(stream, createError) {
    let count = 0
    for await (const block of readBlocks(stream)) {
      if (digest(block) !== this.#digests[count++]) throw createError()
      yield block
    }
    if (count < this.#digests.length) throw createError()
  }
}

/** Yields blocks of one size, whatever the sizes of the stream's chunks. The last may be smaller. */
async function* readBlocks(stream) {
  let chunks = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length < BLOCK_SIZE) continue
    const bytes = Buffer.concat(chunks, length)
    const end = length - (length % BLOCK_SIZE)
    for (let start = 0; start < end; start += BLOCK_SIZE) yield bytes.subarray(start, start + BLOCK_SIZE)
    chunks = [bytes.subarray(end)]
    length -= end
  }
  if (length > 0) yield Buffer.concat(chunks, length)
}

function digest(block) {
  return createHash('sha256').update(block).digest('base64')
}

module.exports = { BLOCK_SIZE, Fingerprint }
