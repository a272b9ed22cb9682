'use strict'

/** Paths contain names from the payload, which may have any length. */
const MAX_TEXT_LENGTH = 1000

const LAST = 'No more warnings about payloads are shown in this process.'

/** Limits a text to one line of bounded length. */
function cleanText(text) {
  return text.slice(0, MAX_TEXT_LENGTH).replaceAll(/\p{Cc}/gu, ' ')
}

/** Emits a process warning. Programs may replace `process.emitWarning`; whatever that does, the caller goes on. */
function emitWarning(text, type, { code, detail } = { __proto__: null }) {
  try {
    void ignoreRejection(process.emitWarning(cleanText(text), { __proto__: null, type, code, detail }))
  } catch {
    // A warning that cannot be emitted must not fail the call.
  }
}

async function ignoreRejection(returned) {
  try {
    await returned
  } catch {
    // As above.
  }
}

/** Emits the payload warnings of the native side. */
function emitPayloadWarnings(warnings) {
  for (const { rule, text, documentation, isLast } of warnings) {
    const detail = isLast ? `See ${documentation}. ${LAST}` : `See ${documentation}`
    emitWarning(text, 'BeamsPayloadWarning', { __proto__: null, code: rule, detail })
  }
}

module.exports = { LAST, cleanText, emitPayloadWarnings, emitWarning }
