'use strict'

// The packages as they are published, made of this checkout.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const pack = require('../../.ci/pack.js')

const run = promisify(execFile)
const checkout = path.join(__dirname, '..', '..')

/** The folder of the binary for this platform; `make package` puts it there. */
function platformFolder() {
  const [folder] = pack.builtPlatforms()
  if (!folder) throw new Error('there is no binary in npm/: run `make package` first')
  return path.join(checkout, folder)
}

/** Packs everything into `folder`, as a release does. The names of the tarballs and of the files in them. */
async function packAll(folder) {
  platformFolder()
  const packages = await pack.packAll(folder)
  const find = (source) => packages.find((each) => each.source.startsWith(source))
  return {
    beams: find('.'),
    binding: find('npm'),
    emulator: find(path.join('packages', 'emulator')),
    nestjs: find(path.join('packages', 'nestjs')),
    opentelemetry: find(path.join('packages', 'opentelemetry')),
  }
}

/** Installs packages in a folder as a user does. */
async function install(folder, ...packages) {
  const manifest = path.join(folder, 'package.json')
  if (!fs.existsSync(manifest)) fs.writeFileSync(manifest, '{ "private": true }')
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder })
}

module.exports = { install, packAll, platformFolder }
