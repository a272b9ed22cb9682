'use strict'

// The progress of a campaign on stderr: a bar on a terminal, lines otherwise.

const { performance } = require('node:perf_hooks')
const { formatQuantity, formatCount } = require('./output.js')
const { Rate } = require('./rate.js')

const REDRAW_INTERVAL_MS = 250
const LINE_INTERVAL_MS = 30_000
/** The number of lines to print if the total is known. */
const STEPS = 10

const MAX_BAR_WIDTH = 40
const MIN_BAR_WIDTH = 8
/** Columns reserved for the text, so that the bar keeps its width. */
const TEXT_WIDTH = 42

const NOTHING = { publishedCount: 0, failedCount: 0, duplicateCount: 0, resumedCount: 0 }

/** Counts the users so far, and measures the rate. */
class Tally {
  #counts = NOTHING
  #rate = new Rate()
  #total

  constructor(total) {
    this.#total = total
    this.#rate.add(performance.now(), 0)
  }

  update(counts) {
    this.#counts = counts
    // Skipped users take no time, so they must not count for the rate.
    this.#rate.add(performance.now(), counts.publishedCount + counts.failedCount)
  }

  get done() {
    const { publishedCount, failedCount, duplicateCount, resumedCount } = this.#counts
    return publishedCount + failedCount + duplicateCount + resumedCount
  }

  /** The completed share, from 0 to 1; `undefined` if the total is unknown. */
  get share() {
    if (this.#total === undefined) return undefined
    return this.#total === 0 ? 1 : this.done / this.#total
  }

  toString() {
    const { share, done } = this
    const { failedCount } = this.#counts
    const perSecond = this.#rate.perSecond(performance.now())
    const left = share !== undefined && perSecond > 0 ? (this.#total - done) / perSecond : undefined
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

/** Redraws a line in place, at the terminal's current width. */
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

  /** Prints a permanent line above the bar. */
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

  /** Erases the bar. If the terminal has become narrower, it has wrapped the line into several rows. */
  #clear() {
    const rows = Math.max(Math.ceil(this.#drawn.length / this.#stream.columns), 1)
    this.#stream.write(`\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`)
    this.#drawn = ''
  }
}

/** Prints lines, for logs and pipes. */
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

/** Shows the progress of a campaign. `total` is `undefined` if it is unknown. */
function showProgress(stream, total) {
  const canRedraw = stream.isTTY && stream.columns > 0 && process.env.TERM !== 'dumb'
  return new (canRedraw ? ProgressBar : ProgressLines)(stream, new Tally(total))
}

/** Formats the bar and its text so that they do not wrap in a row of `columns`. */
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
