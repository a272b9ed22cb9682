'use strict'

const fs = require('node:fs')
const { buffer } = require('node:stream/consumers')
const { UsageError } = require('./exit-codes.js')

const FILE_ERRORS = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
}

/** A file, or stdin where its name is `-`. */
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
    throw new UsageError(`${nameInput(file)} is not JSON: ${error.message}`, { cause: error })
  }
}

/** The secret in a file, without the line break that editors and `echo` put after it. */
async function readSecret(file) {
  const secret = (await readText(file)).replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError(`${nameInput(file)} is empty`)
  return secret
}

/** Leaves out a byte order mark, and throws at what is not UTF-8, which would become other ids or another text. */
function createDecoder() {
  return new TextDecoder('utf-8', { fatal: true })
}

function createReadError(file, error) {
  return new UsageError(`${nameInput(file)} cannot be read: ${FILE_ERRORS[error.code] ?? error.message}`, {
    cause: error,
  })
}

function createEncodingError(file, cause) {
  // Redirected output of Windows PowerShell is UTF-16.
  return new UsageError(`${nameInput(file)} is not text in UTF-8 (in PowerShell: Out-File -Encoding utf8)`, { cause })
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
