'use strict'

const POLL_INTERVAL = 500

// Read at the start, since npx may end before `onNpxEnd` is called.
const parent = process.ppid

/**
 * Calls `onEnd` when npx has ended. npx passes a SIGTERM on to a shell, which ends without passing it on to this program; all that
 * this program can see is that the shell is no longer its parent.
 */
function onNpxEnd(onEnd) {
  if (process.env.npm_command !== 'exec') return
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onEnd()
  }, POLL_INTERVAL)
  timer.unref()
}

module.exports = { onNpxEnd }
