'use strict'

const { execFile } = require('node:child_process')
const path = require('node:path')

const checkout = path.join(__dirname, '..', '..')
const compiler = path.join('node_modules', 'typescript', 'bin', 'tsc')
const typescript5 = path.join(checkout, compiler)
// It is several times faster. installed-typings.test.js also runs those in between.
const typescript7 = path.join(checkout, '__test__', 'typescript-7', compiler)

/** What `tsc --strict` says of the files: nothing, if all is well. */
function typeErrors(files, options = [], tsc = typescript7) {
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', ...options]
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, ...strict, ...files], { cwd: path.join(__dirname, '..') }, (_error, stdout) =>
      resolve(stdout),
    )
  })
}

module.exports = { typeErrors, typescript5, typescript7 }
