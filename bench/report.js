'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const ours = 'beams-native'
const official = 'official'

/** The rows of the table. README.md says why some have no aim. */
const rows = [
  ['publish, 128 in flight', 'mainMicroseconds', 'main-thread CPU per publish, 128 in flight', 'µs', '≤ 1/14', 1 / 14],
  ['publish, 1 in flight', 'mainMicroseconds', 'main-thread CPU per publish, 1 in flight', 'µs', '≤ 1/3.5', 1 / 3.5],
  [
    'publish, 128 in flight',
    'wholeMicroseconds',
    'whole-process CPU per publish, 128 in flight',
    'µs',
    '≤ 1/2.8',
    1 / 2.8,
  ],
  ['publish, 1 in flight', 'wholeMicroseconds', 'whole-process CPU per publish, 1 in flight', 'µs', '≤ 1/1.1', 1 / 1.1],
  ['publish, 128 in flight', 'perSecond', 'publishes per second, 128 in flight', '/s', '≥ × 2.5', 2.5],
  ['publish, 128 in flight', 'p99Milliseconds', 'latency p99, 128 in flight', 'ms', '≤ 1/2', 1 / 2],
  ['event-loop delay, 1 000 in flight, a server that takes 20 ms', 'delayMilliseconds', 'event-loop delay p99, 1 000 in flight, 20 ms server', 'ms', '≤ 1/5', 1 / 5], // prettier-ignore
  ['publish to 1 000 users, 16 in flight', 'mainMicroseconds', 'main-thread CPU per publish to 1 000 users', 'µs', '≤ 1/3', 1 / 3], // prettier-ignore
  ['publish to a million users', 'mainMicroseconds', 'publishToManyUsers, a million: main-thread CPU per 1 000 users', 'µs', '≤ 1/5', 1 / 5], // prettier-ignore
  ['publish to a million users', 'perSecond', 'publishToManyUsers, a million: users per second', '/s', '≥ × 3', 3],
  ['generateToken', 'mainMicroseconds', 'generateToken', 'µs', '≤ 1/200', 1 / 200],
  ['require, cold process', 'milliseconds', 'require, cold process', 'ms'],
  ['memory of require and one publish', 'megabytes', 'memory of require and one publish', 'MB', '≤ 1', 1],
]

function render(results, rounds) {
  const figures = rows.map(([measurement, figure, label, unit, aim, bound]) => {
    const { subjects } = results.find(({ name }) => name === measurement)
    const of = (subject) => subjects[subject]?.map((sample) => sample[figure]).filter(Number.isFinite) ?? []
    const ratios = of(ours).map((value, index) => value / of(official)[index])
    const ratio = median(ratios)
    const isMet = bound === undefined || (figure === 'perSecond' ? ratio >= bound : ratio <= bound)
    return { label, unit, aim, ratio, isMet, figure, of, spread: [Math.min(...ratios), Math.max(...ratios)] }
  })
  return { text: table(figures, results, rounds), chart: bars(figures) }
}

function table(figures, results, rounds) {
  const others = ['undici', 'fetch', 'reqwest', 'fast-jwt']
  const lines = figures.map(({ label, unit, aim, ratio, isMet, figure, of, spread }) => {
    const cell = (subject) => (of(subject).length > 0 ? `${short(median(of(subject)))} ${unit}` : '')
    const [low, high] = spread.map((value) => times(value, figure))
    const cells = [ours, official, ...others].map(cell).join(' | ')
    return `| ${label} | ${cells} | ${times(ratio, figure)} (${low} … ${high}) | ${aim ?? ''} | ${aim === undefined ? '' : isMet ? 'yes' : '**no**'} |`
  })
  const [{ subjects }] = results
  const limit = subjects[ours].map(
    ({ wholeMicroseconds }, index) => wholeMicroseconds / subjects.reqwest[index].wholeMicroseconds,
  )
  const token = results.find(({ name }) => name === 'generateToken').subjects
  const jwt = token[ours].map(
    ({ mainMicroseconds }, index) => mainMicroseconds / token['fast-jwt'][index].mainMicroseconds,
  )
  const alone = (measurement, figure) =>
    median(results.find(({ name }) => name === measurement).subjects[ours].map((sample) => sample[figure]))
  const main = mainThreadOf(results)
  const [checks, plain] = [main('publish with payload checks'), main('publish with signal: none')]
  const seconds = alone('a million users at the default rate limit', 'seconds')
  const memory = ['memory of a million users', 'memory of ten million users'].map((name) => alone(name, 'megabytes'))
  const megabytes = binarySize() / 1024 / 1024
  return `# Results

${machine()}; medians of ${rounds} alternating rounds. See [README.md](README.md) for what each figure means.

| figure | ${[ours, official, ...others].join(' | ')} | against the official SDK (spread) | aim | met |
|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}

- Whole-process CPU per publish, 128 in flight, against a program of nothing but reqwest: × ${short(median(limit))}.
${signalLines(results)}
${protocolLine(results)}
${coldLine(results)}
- Checking payloads (\`payloadChecks: 'warn'\`), main-thread CPU per publish beside one without: ${difference(checks, plain)}.
- generateToken against fast-jwt: ${times(median(jwt))}; the aim is ≤ 1/4: ${median(jwt) <= 0.25 ? 'met' : '**not met**'}.
- publishToManyUsers, a million at the default rate limit of 100 requests a second: ${short(seconds)} s; the aim is within 3 % of 10 s: ${Math.abs(seconds - 10) <= 0.3 ? 'met' : '**not met**'}.
- publishToManyUsers, memory on top of what reading the users takes: ${memory.map(short).join(' MB for a million, ')} MB for ten; the aim is ≤ 30: ${Math.max(...memory) <= 30 ? 'met' : '**not met**'}.
- The binary for this platform: ${short(megabytes)} MB.
`
}

/** The cost of a signal in a publish, without the platform's own cost. */
function signalLines(results) {
  const main = mainThreadOf(results)
  const kinds = { shared: 'a shared signal', controller: 'a fresh AbortController', timeout: 'AbortSignal.timeout' }
  return Object.entries(kinds)
    .map(([kind, label]) => {
      const [plain, withSignal] = [main('publish with signal: none'), main(`publish with signal: ${kind}`)]
      const beside = main(`publish beside a signal: ${kind}`)
      const own = withSignal.map((value, round) => value - beside[round])
      const ratio = median(
        withSignal.map((value, round) => value / main(`publish with signal: ${kind}`, official)[round]),
      )
      const met = median(own) <= 2 ? 'met' : '**not met**'
      return `- A publish with ${label}, main-thread CPU, 128 in flight: ${short(median(withSignal))} µs; without, ${short(median(plain))} µs. With as many signals and listeners of the program's own beside it, ${short(median(beside))} µs; the difference is ${short(median(own))} µs; the aim is ≤ 2: ${met}. Against the official SDK with the same signal: ${times(ratio)}; the aim is ≤ 1/5: ${ratio <= 1 / 5 ? 'met' : '**not met**'}.`
    })
    .join('\n')
}

/** HTTP/2 against HTTP/1.1. */
function protocolLine(results) {
  const samples = (name) => results.find((each) => each.name === name).subjects[ours]
  const [http1, http2] = [samples('publish, 128 in flight'), samples('publish over HTTP/2')]
  const compare = (figure, unit) => {
    const ratio = median(http2.map((sample, round) => sample[figure] / http1[round][figure]))
    return `${short(median(http2.map((sample) => sample[figure])))} ${unit}, × ${short(ratio)} against HTTP/1.1`
  }
  return `- 128 in flight over one HTTP/2 connection that has 100 streams: main-thread CPU ${compare('mainMicroseconds', 'µs')}; whole-process CPU ${compare('wholeMicroseconds', 'µs')}; publishes per second ${compare('perSecond', '/s')}.`
}

/** What a process takes beyond the start of Node.js. */
function coldLine(results) {
  const { subjects } = results.find(({ name }) => name === 'cold process')
  const beyond = (subject) =>
    subjects[subject].map((sample, round) => sample.processMilliseconds - subjects.node[round].processMilliseconds)
  const [own, others] = [beyond(ours), beyond(official)]
  const ratio = median(own.map((value, round) => value / others[round]))
  return `- A cold process to the end of its first publish over TLS, beyond the start of Node.js: ${short(median(own))} ms; the official SDK, ${short(median(others))} ms: ${times(ratio)}; the aim is ≤ 1/4: ${ratio <= 1 / 4 ? 'met' : '**not met**'}.`
}

/** The main-thread CPU of a measurement, round by round. */
function mainThreadOf(results) {
  return (measurement, subject = ours) =>
    results.find(({ name }) => name === measurement).subjects[subject].map((sample) => sample.mainMicroseconds)
}

/** How much more the one takes than the other, round by round. */
function difference(values, others) {
  return `${short(median(values.map((value, round) => value - others[round])))} µs`
}

/** A bar chart of the shares of the official SDK's cost. */
function bars(figures) {
  const shown = figures.filter(({ figure }) => figure !== 'perSecond')
  const [width, left, height, top] = [830, 440, 26, 44]
  const bar = ({ label, ratio }, index) => {
    const y = top + index * height
    const length = Math.max(2, Math.min(1, ratio) * (width - left - 80))
    return `  <text x="${left - 10}" y="${y + 14}" text-anchor="end">${label}</text>
  <rect x="${left}" y="${y + 2}" width="${length.toFixed(1)}" height="16" rx="2"/>
  <text x="${left + length + 8}" y="${y + 14}">${times(ratio)}</text>`
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top + shown.length * height + 10}" font-family="system-ui, sans-serif" font-size="13" role="img">
  <title>What beams-native costs, as a share of what the official SDK costs</title>
  <style>text { fill: #24292f } rect { fill: #8250df } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #a371f7 } }</style>
  <text x="10" y="22" font-weight="600">Cost as a share of the official SDK's (shorter is better; it would fill the width)</text>
${shown.map(bar).join('\n')}
</svg>
`
}

function machine() {
  const [{ model }] = os.cpus()
  const version = (name) => require(`${name}/package.json`).version
  const libraries = ['undici', 'fast-jwt'].map((name) => `${name} ${version(name)}`).join(', ')
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, ${os.cpus().length} × ${model}, ${os.type()} ${os.release()}, Node.js ${process.version}, official SDK ${version('@pusher/push-notifications-server')}, ${libraries}`
}

function binarySize() {
  const root = path.join(__dirname, '..')
  const binary = fs.readdirSync(root).find((name) => name.endsWith('.node'))
  return fs.statSync(path.join(root, binary)).size
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

function times(ratio, figure) {
  return figure === 'perSecond' || ratio > 1 ? `× ${short(ratio)}` : `1/${short(1 / ratio)}`
}

function short(value) {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}

module.exports = { render }
