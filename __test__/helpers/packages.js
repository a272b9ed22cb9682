'use strict'

// The packages as they are published, made of this checkout.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const checkout = path.join(__dirname, '..', '..')

/** The folder of the binary for this platform; `make package` puts it there. */
function platformFolder() {
  const folders = fs.readdirSync(path.join(checkout, 'npm')).map((name) => path.join(checkout, 'npm', name))
  const folder = folders.find((each) => fs.existsSync(path.join(each, require(path.join(each, 'package.json')).main)))
  if (!folder) throw new Error('there is no binary in npm/: run `make package` first')
  return folder
}

/** Packs everything into `folder`, as a release does. The names of the tarballs and of the files in them. */
async function packAll(folder) {
  const [beams, binding, emulator] = [
    await pack(await stage(folder), folder),
    await pack(platformFolder(), folder),
    await pack(path.join(checkout, 'packages', 'emulator'), folder),
  ]
  return { beams, binding, emulator }
}

/** A copy of the package with what the napi CLI adds to it for a release: the platforms' packages. */
async function stage(folder) {
  const staged = path.join(folder, 'staged')
  const { files } = require('../../package.json')
  for (const file of ['package.json', 'README.md', 'LICENSE', ...files]) {
    fs.cpSync(path.join(checkout, file), path.join(staged, file), { recursive: true })
  }
  for (const name of fs.readdirSync(path.join(checkout, 'npm'))) {
    const manifest = path.join('npm', name, 'package.json')
    fs.cpSync(path.join(checkout, manifest), path.join(staged, manifest))
    // The CLI wants them to be complete, and looks no further.
    for (const file of require(path.join(checkout, manifest)).files) {
      fs.writeFileSync(path.join(staged, 'npm', name, file), '')
    }
  }
  const napi = path.join(checkout, 'node_modules', '.bin', 'napi')
  await run(napi, ['pre-publish', '--tag-style', 'npm', '--skip-optional-publish', '--no-gh-release'], { cwd: staged })
  await run('npm', ['pkg', 'delete', 'workspaces'], { cwd: staged })
  return staged
}

async function pack(source, folder) {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: source })
  const [{ filename, files }] = JSON.parse(stdout)
  return { tarball: path.join(folder, filename), files: files.map((file) => file.path) }
}

/** Installs packages in a folder as a user does. */
async function install(folder, ...packages) {
  const manifest = path.join(folder, 'package.json')
  if (!fs.existsSync(manifest)) fs.writeFileSync(manifest, '{ "private": true }')
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder })
}

module.exports = { install, packAll, platformFolder }
