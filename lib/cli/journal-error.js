'use strict'

const { UsageError } = require('./exit-codes.js')
const { nameOption } = require('./option-names.js')

/** Reasons to choose another path. Other system errors, such as a full disk or a lock of another process, may go away. */
const PATH_ERRORS = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
}

/** The error of a campaign that has not started. If its journal is the reason, and will be the next time, it is a usage error. */
function explainStartError(error, journal) {
  if (error.code !== 'ERR_BEAMS_JOURNAL') return error
  const { cause, message } = nameOption(error)
  const reason = PATH_ERRORS[cause?.code]
  // Without a cause, the file itself is the wrong one.
  if (cause !== undefined && reason === undefined) return error
  const text = cause === undefined ? message : `cannot use --journal ${journal}: ${reason}`
  return Object.assign(new UsageError(text, { cause: error }), error)
}

module.exports = { explainStartError }
