'use strict'

const { existsSync } = require('node:fs')
const path = require('node:path')

const installed = path.join(__dirname, '..', '..', '..', '..', 'build', 'python', 'bin', 'python')

/** The Python that has what `requirements.txt` lists. `make test` installs it. */
const python = process.env.PYTHON ?? installed

if (!existsSync(python)) throw new Error(`${python} is missing; \`make build/python/.installed\` installs it`)

module.exports = { python }
