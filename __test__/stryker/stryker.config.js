'use strict'

// Mutation testing of one module of lib/: `make mutants-js MODULE=lib/settle.js`.

/** The tests of each module, the fastest first: a mutant needs no more of them than the first that fails. */
const tests = {
  'lib/abort.js': ['abort', 'many-users'],
  'lib/arguments.js': ['argument-forms', 'validation', 'webhooks', 'checks', 'publish'],
  'lib/bulk-publish.js': [
    'requests-per-user',
    'many-users',
    'closed-users',
    'close',
    'abort',
    'stacks',
    'errors',
    'journal',
  ],
  'lib/bulk-report.js': ['requests-per-user', 'many-users'],
  'lib/bulk-requests.js': ['requests-per-user', 'many-users'],
  'lib/campaigns.js': ['close', 'closed-users'],
  'lib/checks.js': ['checks', 'message'],
  'lib/endpoints/auth.js': ['endpoints-fetch', 'endpoints-node', 'endpoints'],
  'lib/endpoints/fetch.js': ['endpoints-fetch', 'endpoints'],
  'lib/endpoints/node.js': ['endpoints-node', 'endpoints'],
  'lib/endpoints/response.js': ['endpoints-fetch', 'endpoints-node', 'endpoints'],
  'lib/endpoints/seen.js': ['endpoints'],
  'lib/endpoints/webhook.js': ['endpoints-fetch', 'endpoints-node', 'endpoints'],
  'lib/errors.js': ['validation', 'webhooks', 'stacks', 'patched-promises', 'requests-per-user', 'errors'],
  'lib/load.js': ['load'],
  'lib/logger.js': ['logger'],
  'lib/message.js': ['message'],
  'lib/observers.js': ['diagnostics', 'logger', 'payload-checks'],
  'lib/options.js': [
    'validation',
    'abort',
    'token',
    'checks',
    'close',
    'logger',
    'many-users',
    'certificates',
    'compat',
  ],
  'lib/push-notifications.js': [
    'validation',
    'stats',
    'token',
    'stacks',
    'patched-promises',
    'close',
    'publish',
    'logger',
    'compat',
    'payload-checks',
  ],
  'lib/settle.js': ['stacks', 'patched-promises', 'abort', 'diagnostics'],
  'lib/testing.js': ['testing'],
  'lib/trace.js': ['diagnostics', 'logger', 'many-users'],
  'lib/user-batch.js': ['requests-per-user', 'many-users'],
  'lib/user-source.js': ['many-users', 'closed-users'],
  'lib/webhook.js': ['webhooks', 'endpoints-fetch', 'argument-forms'],
}

const { MODULE } = process.env
if (!(MODULE in tests)) throw new Error(`MODULE must be one of ${Object.keys(tests).join(', ')}`)

module.exports = {
  mutate: [MODULE],
  testRunner: 'tap',
  tap: {
    testFiles: tests[MODULE].map((name) => `__test__/${name}.test.js`),
    nodeArgs: ['--test-reporter=./__test__/stryker/reporter.js', '--require', '{{hookFile}}', '{{testFile}}'],
  },
  ignorePatterns: ['/*', '!/*.js', '!/*.node', '!/package.json', '!/__test__', '!/bin', '!/lib'],
  tempDirName: 'build/stryker/sandbox',
  disableTypeChecks: false,
  incremental: true,
  incrementalFile: `build/stryker/${MODULE.replaceAll('/', '-')}on`,
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 30,
  reporters: ['progress-append-only', 'clear-text'],
  clearTextReporter: { reportTests: false },
  thresholds: { high: 100, low: 90, break: 90 },
}
