'use strict'

const { EXIT, UsageError } = require('./exit-codes.js')
const { readRequestFile } = require('./request.js')
const { formatFinding } = require('./finding.js')
const { print, printJson } = require('./output.js')

const options = {
  targets: { type: 'string', value: '<kind>', help: 'interests or users: determines the maximum size of the payload' },
  json: { type: 'boolean', help: 'print the findings as JSON' },
}

const EXIT_CODES = { hint: EXIT.OK, degraded: EXIT.DEGRADED, dropped: EXIT.DROPPED, refused: EXIT.REFUSED }

/** Checks a payload, and prints the findings. */
async function run({ values, positionals: [file] }) {
  if (file === undefined) throw new UsageError('a file is required; - is stdin')
  const { checkPublishRequest } = require('../..')
  const findings = checkPublishRequest(await readRequestFile(file), { targets: values.targets })
  if (values.json) await printJson(findings)
  else for (const line of formatFindings(findings)) await print(line)
  return Math.max(EXIT.OK, ...findings.map(({ severity }) => EXIT_CODES[severity]))
}

function formatFindings(findings) {
  if (findings.length === 0) return ['no findings']
  return findings.flatMap((finding) => [formatFinding(finding, process.stdout), `          ${finding.documentation}`])
}

module.exports = {
  summary: 'find mistakes in a payload, before it is published',
  usage: '<file>|- [--targets interests|users]',
  description: `
Reports what Beams would refuse, what Apple, Google or a browser would drop, and what would have no effect: where it is, and what
to write instead. Nothing is sent.`,
  options,
  parameters: ['<file>'],
  examples: ['check request.json', 'check - --json < request.json'],
  exitCodes: {
    0: 'no findings, or only hints',
    1: 'the findings could not be written',
    2: 'invalid arguments, or an unreadable payload',
    4: 'degraded: a part of the notification has no effect',
    5: 'dropped: a platform shows nothing',
    6: 'refused: Beams refuses the publish',
  },
  run,
}
