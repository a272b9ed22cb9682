'use strict'

const { execFile } = require('node:child_process')
const path = require('node:path')

const compiler = require.resolve('typescript/bin/tsc')

/** What `tsc --strict` says of the files: nothing, if all is well. */
function typeErrors(files, options = []) {
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', ...options]
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...strict, ...files], { cwd: path.join(__dirname, '..') }, (_error, stdout) =>
      resolve(stdout),
    )
  })
}

module.exports = { typeErrors }
