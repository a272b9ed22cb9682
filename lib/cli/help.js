'use strict'

const { COMMON_OPTIONS } = require('./command-line.js')

const PROGRAM = 'npx beams-native'

/** The help of a command: description, options, examples and exit codes. */
function formatCommandHelp(name, { usage, description, options, examples, exitCodes }) {
  return [
    `Usage: ${PROGRAM} ${name} ${usage}`,
    description.trim(),
    formatSection('Options', formatColumns(Object.entries({ ...options, ...COMMON_OPTIONS }).map(formatOption))),
    formatSection('Examples', examples.map((example) => `  ${PROGRAM} ${example}`)), // prettier-ignore
    formatSection('Exit codes', formatColumns(Object.entries(exitCodes))),
  ].join('\n\n')
}

/** The help of the program: its commands and its configuration. */
function formatHelp(commands) {
  return [
    `Usage: ${PROGRAM} <command> [options]`,
    'Push notifications with Pusher Beams, from the shell.',
    formatSection('Commands', formatColumns(Object.entries(commands).map(([name, { summary }]) => [name, summary]))),
    formatSection(
      'Configuration',
      formatColumns([
        ['BEAMS_INSTANCE_ID', 'the instance id; or --instance-id'],
        ['BEAMS_SECRET_KEY', 'the secret key; or --secret-key-file. It is never an argument, because ps shows those'],
        ['BEAMS_ENDPOINT', 'another host, such as the emulator; or --endpoint'],
        ['HTTPS_PROXY, NO_PROXY', 'the proxy, and the hosts to reach without it'],
        ['NODE_EXTRA_CA_CERTS', 'a file of additional trusted certificates'],
        ['BEAMS_LOG=debug', 'print a line for every request, and the stacks of errors'],
      ]),
    ),
    `${PROGRAM} <command> --help explains a command. To find out why publishing fails: ${PROGRAM} doctor.`,
  ].join('\n\n')
}

function formatOption([name, { value, short, help }]) {
  return [`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`, help]
}

/** Formats rows of two columns. If the first is too wide, the second continues on the next line. */
function formatColumns(rows) {
  const width = 26
  return rows.map(([left, right]) =>
    left.length < width ? `  ${left.padEnd(width)}${right}` : `  ${left}\n  ${' '.repeat(width)}${right}`,
  )
}

function formatSection(title, lines) {
  return [`${title}:`, ...lines].join('\n')
}

module.exports = { formatCommandHelp, formatHelp }
