'use strict'

// One listener per signal, however many calls share it: Node warns of a leak from the eleventh on.

/** The calls that each signal aborts, and its listener. */
const listeners = new WeakMap()

/** Calls back when the signal is aborted. */
function listen(signal, abort) {
  let listener = listeners.get(signal)
  if (listener === undefined) {
    const calls = new Set()
    const onAbort = () => calls.forEach((call) => call())
    listener = { calls, onAbort }
    signal.addEventListener('abort', onAbort)
    listeners.set(signal, listener)
  }
  listener.calls.add(abort)
}

/** Removes a listener, if {@link listen} added it. */
function unlisten(signal, abort) {
  const listener = listeners.get(signal)
  if (listener === undefined) return
  listener.calls.delete(abort)
  if (listener.calls.size > 0) return
  listeners.delete(signal)
  try {
    signal.removeEventListener('abort', listener.onAbort)
  } catch {
    // A signal that is not the platform's may do anything when it is touched; the call is settled all the same.
  }
}

/** The reason of an abort. Older polyfills have no `reason`. */
function readReason(signal) {
  const { reason } = signal
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason
}

/** Rejects with the signal's reason itself, or with what reading it threw. */
async function rejectWithReason(signal) {
  throw readReason(signal)
}

module.exports = { listen, readReason, rejectWithReason, unlisten }
