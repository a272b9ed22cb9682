'use strict'

const { targetsOf, platformsOf, shorten } = require('./book.js')

const MOST_SHOWN = 20

/** The first publish, of those that came and those to come, for which `predicate` is true. */
async function waitForPublish(book, predicate = () => true, { timeout = 5000 } = {}) {
  const present = book.publishes().find(predicate)
  if (present) return present
  return new Promise((resolve, reject) => {
    const settle = (act) => {
      clearTimeout(timer)
      book.off('publish', onPublish).off('close', onClose)
      act()
    }
    const onPublish = (publish) => {
      const copy = structuredClone(publish)
      try {
        if (predicate(copy)) settle(() => resolve(copy))
      } catch (error) {
        settle(() => reject(error))
      }
    }
    const onClose = () => settle(() => reject(new Error('the emulator was closed before such a publish came')))
    const onTimeout = () => settle(() => reject(new Error(describe(book.publishes(), timeout))))
    const timer = setTimeout(onTimeout, timeout)
    book.on('publish', onPublish).on('close', onClose)
  })
}

function describe(publishes, timeout) {
  const lines = publishes.slice(-MOST_SHOWN).map((publish) => {
    const [kind, targets] = targetsOf(publish)
    const payloads = Object.fromEntries(platformsOf(publish).map((platform) => [platform, publish[platform]]))
    return `  ${publish.receivedAt} to ${kind} ${shorten(targets)}: ${JSON.stringify(payloads).slice(0, 300)}`
  })
  const none = `no such publish came within ${timeout} ms; `
  if (lines.length === 0) return `${none}none came at all`
  const count =
    publishes.length > MOST_SHOWN ? `the last ${MOST_SHOWN} of ${publishes.length}` : `all ${publishes.length}`
  return `${none}${count} that came:\n${lines.join('\n')}`
}

module.exports = { waitForPublish }
