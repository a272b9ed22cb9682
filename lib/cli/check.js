'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { readRequestFile } = require('./request.js')
const { formatFinding } = require('./finding.js')
const { print, printJson } = require('./output.js')

const options = {
  targets: { type: 'string', value: '<kind>', help: 'interests or users: decides how large the payload may be' },
  json: { type: 'boolean', help: 'print the findings as JSON' },
}

const EXIT_CODES = { hint: EXIT.OK, degraded: EXIT.DEGRADED, dropped: EXIT.DROPPED, refused: EXIT.REFUSED }

/** Checks a payload, and prints what would keep it from being shown. */
async function run({ values, positionals: [file] }) {
  if (file === undefined) throw new UsageError('the file to check is required; - stands for stdin')
  const { checkPublishRequest } = require('../..')
  const findings = checkPublishRequest(await readRequestFile(file), { targets: values.targets })
  if (values.json) await printJson(findings)
  else for (const line of formatFindings(findings)) await print(line)
  return Math.max(EXIT.OK, ...findings.map(({ severity }) => EXIT_CODES[severity]))
}

function formatFindings(findings) {
  if (findings.length === 0) return ['nothing found: the payload should show everywhere']
  return findings.flatMap((finding) => [formatFinding(finding, process.stdout), `          ${finding.documentation}`])
}

module.exports = {
  summary: 'check a payload for what would keep it from being shown',
  usage: '<file>|- [--targets interests|users]',
  description: `
Says what Beams would refuse, what Apple, Google or a browser would drop, and what would have no effect, each with its place and
what to write instead. Nothing is sent.`,
  options,
  parameters: ['<file>'],
  examples: ['check request.json', 'check - --json < request.json'],
  exitCodes: {
    0: 'nothing was found, or hints only',
    2: 'there is no payload to check',
    4: 'degraded: a part of the notification has no effect',
    5: 'dropped: a platform shows nothing',
    6: 'refused: Beams refuses the publish',
  },
  run,
}
