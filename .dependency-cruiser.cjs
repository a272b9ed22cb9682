'use strict'

// The directions of CONTRIBUTING.md, "The map". `make lint` checks them.

module.exports = {
  forbidden: [
    { name: 'no circular dependencies', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'the entries and the endpoints require the client through lib/core.js, which is bundled',
      severity: 'error',
      from: { path: ['^(index|compat|testing|express|fetch)\\.js$', '^lib/testing\\.js$', '^lib/endpoints/'] },
      to: { path: '^lib/', pathNot: ['^lib/core\\.js$', '^lib/testing\\.js$', '^lib/endpoints/'] },
    },
    {
      name: 'the command line uses the public entry only',
      severity: 'error',
      from: { path: '^(bin|lib/cli)/' },
      to: { path: '^(lib/(?!cli/)|(compat|testing|express|fetch)\\.js$)' },
    },
    {
      name: 'the client does not know of what is built on it',
      severity: 'error',
      from: { path: '^lib/[^/]+\\.js$', pathNot: '^lib/testing\\.js$' },
      to: { path: ['^[^/]+\\.js$', '^lib/(cli|endpoints)/'] },
    },
    {
      name: 'packages use the public entries only',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(lib|bin)/' },
    },
    {
      name: 'no dependency at run time',
      severity: 'error',
      from: { path: '^([^/]+\\.js$|lib/|bin/)' },
      to: { dependencyTypesNot: ['core', 'local'], pathNot: '^@beams-native/' },
    },
  ],
  options: { doNotFollow: { path: 'node_modules' }, exclude: { path: '(^|/)__test__/' } },
}
