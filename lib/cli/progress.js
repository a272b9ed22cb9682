'use strict'

// How far a campaign has come: a bar on a terminal, a line now and then elsewhere. Both are written to stderr.

const { performance } = require('node:perf_hooks')
const { formatQuantity, formatCount } = require('./output.js')
const { Rate } = require('./rate.js')

const REDRAW_INTERVAL_MS = 250
const LINE_INTERVAL_MS = 30_000
/** A line is printed for every tenth of the users, if their number is known. */
const STEPS = 10

const MAX_BAR_WIDTH = 40
const MIN_BAR_WIDTH = 8
/** Space for the text, so that the bar does not change its width with every digit. */
const TEXT_WIDTH = 42

const NOTHING = { publishedCount: 0, failedCount: 0, duplicateCount: 0, resumedCount: 0 }

/** What has become of the users so far, and how fast. */
class Tally {
  #counts = NOTHING
  #rate = new Rate()
  #total

  constructor(total) {
    this.#total = total
    this.#rate.add(performance.now(), 0)
  }

  update(counts) {
    this.#counts = { ...NOTHING, ...counts }
    // Users that a journal or the deduplication skips take no time, and say nothing about those that follow.
    this.#rate.add(performance.now(), counts.publishedCount + counts.failedCount)
  }

  get done() {
    const { publishedCount, failedCount, duplicateCount, resumedCount } = this.#counts
    return publishedCount + failedCount + duplicateCount + resumedCount
  }

  /** The share of the users that are done, from 0 to 1; `undefined` if their number is not known. */
  get share() {
    if (this.#total === undefined) return undefined
    // The file may have grown since its lines were counted.
    return this.#total === 0 ? 1 : Math.min(this.done / this.#total, 1)
  }

  toString() {
    const { share, done } = this
    const { failedCount } = this.#counts
    const perSecond = this.#rate.perSecond(performance.now())
    const left = share !== undefined && perSecond > 0 ? Math.max(this.#total - done, 0) / perSecond : undefined
    return [
      share === undefined
        ? formatQuantity(done, 'user')
        : `${Math.floor(share * 100)} % of ${formatQuantity(this.#total, 'user')}`,
      failedCount > 0 && `${formatCount(failedCount)} failed`,
      perSecond !== undefined && `${formatCount(Math.round(perSecond))}/s`,
      left > 0 && `${formatDuration(left)} left`,
    ]
      .filter(Boolean)
      .join(', ')
  }
}

/** A line that is redrawn in place, however wide the terminal is at the moment. */
class ProgressBar {
  #tally
  #stream
  #timer
  #drawn = ''
  #draw = () => {
    const { share } = this.#tally
    this.#clear()
    this.#drawn = formatBar(share, String(this.#tally), this.#stream.columns)
    this.#stream.write(this.#drawn)
  }

  constructor(stream, tally) {
    this.#stream = stream
    this.#tally = tally
    this.#timer = setInterval(this.#draw, REDRAW_INTERVAL_MS).unref()
    stream.on('resize', this.#draw)
    this.#draw()
  }

  update(counts) {
    this.#tally.update(counts)
  }

  /** Prints a line that stays, above the bar. */
  note(text) {
    this.#clear()
    this.#stream.write(`${text}\n`)
    this.#draw()
  }

  end() {
    clearInterval(this.#timer)
    this.#stream.off('resize', this.#draw)
    this.#clear()
  }

  /** A terminal that has become narrower has broken the line into several. */
  #clear() {
    const rows = Math.max(Math.ceil(this.#drawn.length / this.#stream.columns), 1)
    this.#stream.write(`\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`)
    this.#drawn = ''
  }
}

/** Lines for logs and pipes. */
class ProgressLines {
  #tally
  #stream
  #timer
  #step = 0

  constructor(stream, tally) {
    this.#stream = stream
    this.#tally = tally
    this.#timer = setInterval(() => this.note(String(tally)), LINE_INTERVAL_MS).unref()
  }

  update(counts) {
    this.#tally.update(counts)
    const step = Math.floor((this.#tally.share ?? 0) * STEPS)
    if (step === this.#step) return
    this.#step = step
    this.note(String(this.#tally))
    this.#timer.refresh()
  }

  note(text) {
    this.#stream.write(`${text}\n`)
  }

  end() {
    clearInterval(this.#timer)
  }
}

/** Shows the progress of `total` users, if that is known. */
function showProgress(stream, total) {
  const canRedraw = stream.isTTY && stream.columns > 0 && process.env.TERM !== 'dumb'
  return new (canRedraw ? ProgressBar : ProgressLines)(stream, new Tally(total))
}

/** The bar and the text beside it, or as much of them as a row of `columns` holds without wrapping. */
function formatBar(share, text, columns) {
  const width = Math.min(columns - Math.max(text.length, TEXT_WIDTH) - '[] '.length - 1, MAX_BAR_WIDTH)
  if (share === undefined || width < MIN_BAR_WIDTH) return text.slice(0, Math.max(columns - 1, 0))
  const filled = Math.round(share * width)
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${text}`
}

/** `8 s`, `1:05 min`, `2:00 h`. */
function formatDuration(seconds) {
  const rounded = Math.ceil(seconds)
  if (rounded < 60) return `${rounded} s`
  const minutes = Math.ceil(rounded / 60)
  if (rounded >= 3600) return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')} min`
}

module.exports = { formatBar, formatDuration, showProgress }
