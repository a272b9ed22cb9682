'use strict'

const { COMMON_OPTIONS } = require('./command-line.js')

const PROGRAM = 'npx beams-native'

/** The help of a command: what it does, its options, examples, and what its exit codes mean. */
function formatCommandHelp(name, { usage, description, options, examples, exitCodes }) {
  return [
    `Usage: ${PROGRAM} ${name} ${usage}`,
    description.trim(),
    formatSection('Options', formatColumns(Object.entries({ ...options, ...COMMON_OPTIONS }).map(formatOption))),
    formatSection('Examples', examples.map((example) => `  ${PROGRAM} ${example}`)), // prettier-ignore
    formatSection('Exit codes', formatColumns(Object.entries(exitCodes))),
  ].join('\n\n')
}

/** The help of the program: its commands. */
function formatHelp(commands) {
  return [
    `Usage: ${PROGRAM} <command> [options]`,
    'Push notifications with Pusher Beams, from the shell.',
    formatSection('Commands', formatColumns(Object.entries(commands).map(([name, { summary }]) => [name, summary]))),
    formatSection(
      'Configuration',
      formatColumns([
        ['BEAMS_INSTANCE_ID', 'the instance, or --instance-id'],
        ['BEAMS_SECRET_KEY', 'its secret key, or --secret-key-file; never an argument, which `ps` would show'],
        ['BEAMS_ENDPOINT', 'another host, such as the emulator, or --endpoint'],
        ['HTTPS_PROXY, NO_PROXY', 'the proxy, and what needs none'],
        ['NODE_EXTRA_CA_CERTS', 'a file of certificates to trust as well'],
        ['BEAMS_LOG=debug', 'a line for every request, and the stack of an error'],
      ]),
    ),
    `${PROGRAM} <command> --help explains a command and its exit codes. Without anything set: ${PROGRAM} doctor.`,
  ].join('\n\n')
}

function formatOption([name, { value, short, help }]) {
  return [`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`, help]
}

/** Rows of two columns. Where the first is too long for its column, the second stands below it. */
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
