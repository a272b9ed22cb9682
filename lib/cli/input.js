'use strict'

const fs = require('node:fs')
const { InterruptedError, UsageError } = require('./exit-codes.js')
const { watchInterrupts } = require('./interrupt.js')
const { printNote } = require('./output.js')

/** Reasons why a file cannot be read, in the words of users. */
const FILE_ERRORS = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'the name is too long',
}

/** Errors that mean that the name of a file may be something else. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** Options whose value may be a secret by mistake, so that it is not printed if there is no such file. */
const SECRET_OPTIONS = new Set(['secret-file', 'secret-key-file'])

/** Far more than any request, secret or webhook. Devices such as /dev/zero never end. */
const MAX_MEBIBYTES = 64

const STDIN = '-'
const END_OF_INPUT = process.platform === 'win32' ? 'Ctrl-Z and Enter' : 'Ctrl-D'

/**
 * Reads a file, or stdin if its name is `-`. A signal stops reading a terminal or a pipe, which may stay open. Errors name the option that the file was passed with; a positional argument has
 * none.
 */
async function readBytes(file, option) {
  const isRegular = await checkInput(file, option)
  try {
    return await (isRegular ? collect(openInput(file), file, option) : collectUntilSignal(file, option))
  } catch (error) {
    const isExplained = error instanceof InterruptedError || error instanceof UsageError
    throw isExplained ? error : createReadError(file, option, error)
  }
}

/** Reads a stream to its end, up to a limit: a device or a pipe may never end. */
async function collect(stream, file, option) {
  const chunks = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_MEBIBYTES << 20) {
      throw new UsageError(`${nameInput(file, option)} is larger than ${MAX_MEBIBYTES} MiB; is it the right file?`)
    }
  }
  return Buffer.concat(chunks)
}

async function collectUntilSignal(file, option) {
  let stream
  // Watched before the terminal shows that the command is reading.
  const interrupts = watchInterrupts(
    (signal) => stream.destroy(new InterruptedError(signal, 'not-sent', 'nothing was sent')),
    () => {},
  )
  try {
    stream = openInput(file)
    return await collect(stream, file, option)
  } finally {
    // After a signal, npx forwards another, which must not end the process before it has reported the first.
    if (interrupts.signal === undefined) interrupts.release()
  }
}

/** Opens a file, or stdin. On a terminal it says so, since the command would otherwise seem to hang. */
function openInput(file) {
  if (file !== STDIN) return openFile(file)
  if (process.stdin.isTTY) printNote(`reading from the terminal, up to ${END_OF_INPUT}`)
  return process.stdin
}

/** Opens a file. Opening a named pipe blocks a thread until there is a writer, and even `process.exit` waits for that thread. */
function openFile(file) {
  const stream = fs.createReadStream(file)
  const destroy = stream.destroy.bind(stream)
  stream.destroy = (error) => {
    if (stream.pending) holdPipe(file, stream)
    return destroy(error)
  }
  return stream
}

/** Ends the wait for a writer by being one until the stream is closed: the thread may not have begun to wait. */
function holdPipe(file, stream) {
  const { O_NONBLOCK, O_RDWR } = fs.constants
  try {
    if (!fs.statSync(file).isFIFO()) return
    const writer = fs.openSync(file, O_RDWR | O_NONBLOCK)
    stream.once('close', () => fs.closeSync(writer))
  } catch {
    // It was deleted, or is read-only.
  }
}

/** Throws if a file does not exist or is a directory. Returns whether it can be read more than once. */
async function checkInput(file, option) {
  try {
    // Node.js reads nothing from a directory on stdin, without an error.
    const stats = file === STDIN ? fs.fstatSync(process.stdin.fd) : await fs.promises.stat(file)
    if (stats.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
    return file !== STDIN && stats.isFile()
  } catch (error) {
    throw createReadError(file, option, error)
  }
}

async function readText(file, option) {
  const bytes = await readBytes(file, option)
  try {
    return createDecoder().decode(bytes)
  } catch (error) {
    throw createEncodingError(file, option, error)
  }
}

async function readJson(file, option) {
  const text = await readText(file, option)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${nameInput(file, option)} is not valid JSON: ${error.message}`, { cause: error })
  }
}

/** Reads a secret from a file, without the trailing line break that editors and `echo` add. */
async function readSecret(file, option) {
  const secret = (await readText(file, option)).replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError(`${nameInput(file, option)} is empty`)
  return secret
}

/** Removes a byte order mark, and throws on invalid UTF-8 instead of replacing it, which would change user ids. */
function createDecoder() {
  return new TextDecoder('utf-8', { fatal: true })
}

function createReadError(file, option, error) {
  if (SECRET_OPTIONS.has(option) && MISSING.has(error.code)) {
    const reason = FILE_ERRORS[error.code]
    const advice = 'the option takes the path of a file that contains only the secret'
    return new UsageError(`cannot read --${option}: ${reason}; ${advice}`, { cause: error })
  }
  const reason = FILE_ERRORS[error.code] ?? error.message
  return new UsageError(`cannot read ${nameInput(file, option)}: ${reason}`, { cause: error })
}

function createEncodingError(file, option, cause) {
  // Windows PowerShell redirects output as UTF-16.
  const message = `${nameInput(file, option)} is not valid UTF-8 (in PowerShell, use Out-File -Encoding utf8)`
  return new UsageError(message, { cause })
}

function nameInput(file, option) {
  if (file === STDIN) return 'stdin'
  return option === undefined ? file : `--${option} ${file}`
}

module.exports = {
  STDIN,
  checkInput,
  createDecoder,
  createEncodingError,
  createReadError,
  nameInput,
  openInput,
  readBytes,
  readJson,
  readSecret,
  readText,
}
