'use strict'

const fs = require('node:fs')
const { buffer } = require('node:stream/consumers')
const { UsageError } = require('./exit-codes.js')

const FILE_ERRORS = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
}

/** Reads a file, or stdin if its name is `-`. */
async function readBytes(file) {
  try {
    return file === '-' ? await buffer(process.stdin) : await fs.promises.readFile(file)
  } catch (error) {
    throw createReadError(file, error)
  }
}

async function readText(file) {
  const bytes = await readBytes(file)
  try {
    return createDecoder().decode(bytes)
  } catch (error) {
    throw createEncodingError(file, error)
  }
}

async function readJson(file) {
  const text = await readText(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${nameInput(file)} is not valid JSON: ${error.message}`, { cause: error })
  }
}

/** Reads a secret from a file, without the trailing line break that editors and `echo` add. */
async function readSecret(file) {
  const secret = (await readText(file)).replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError(`${nameInput(file)} is empty`)
  return secret
}

/** Removes a byte order mark, and throws on invalid UTF-8 instead of replacing it, which would change user ids. */
function createDecoder() {
  return new TextDecoder('utf-8', { fatal: true })
}

function createReadError(file, error) {
  return new UsageError(`cannot read ${nameInput(file)}: ${FILE_ERRORS[error.code] ?? error.message}`, {
    cause: error,
  })
}

function createEncodingError(file, cause) {
  // Windows PowerShell redirects output as UTF-16.
  return new UsageError(`${nameInput(file)} is not valid UTF-8 (in PowerShell, use Out-File -Encoding utf8)`, { cause })
}

function nameInput(file) {
  return file === '-' ? 'stdin' : file
}

module.exports = {
  createDecoder,
  createEncodingError,
  createReadError,
  nameInput,
  readBytes,
  readJson,
  readSecret,
  readText,
}
