'use strict'

// Packs every package as it is published: `node .ci/pack.js <folder>` in a release, `packAll` in the tests. The job with the
// permission to publish only uploads these files, and installs and runs nothing else.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const esbuild = require('esbuild')
const { createResolver, replaceRelativeLinks } = require('./links.js')

const run = promisify(execFile)
const checkout = path.join(__dirname, '..')
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))
const readManifest = (folder) => readJson(path.join(checkout, folder, 'package.json'))

/** Folders of the platform packages, in npm/. */
const platformFolders = fs.readdirSync(path.join(checkout, 'npm')).map((name) => path.join('npm', name))
/** Folders of the other packages that are published beside the main one. */
const companions = fs
  .readdirSync(path.join(checkout, 'packages'))
  .map((name) => path.join('packages', name))
  .filter((folder) => !readJson(path.join(checkout, folder, 'package.json')).private)

/** The platform packages whose binary has been built. */
function builtPlatforms() {
  const isBuilt = (folder) => fs.existsSync(path.join(checkout, folder, readManifest(folder).main))
  return platformFolders.filter(isBuilt)
}

/**
 * Packs the main package, its companions and the platform packages that have a binary.
 * @param {string} folder where the tarballs go
 * @returns {Promise<{ source: string, manifest: object, tarball: string, files: string[] }[]>} in the order to publish them: the main package after
 *   those that it depends on
 */
async function packAll(folder) {
  const staging = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-pack-'))
  try {
    stage(staging)
    await bundleCore(staging)
    await addPlatformPackages(staging)
    const packages = []
    for (const source of [...builtPlatforms(), '.', ...companions]) {
      const file = path.join(staging, source, 'package.json')
      const manifest = completeManifest(readJson(file), source)
      fs.writeFileSync(file, JSON.stringify(manifest, null, 2))
      await completeLinks(path.join(staging, source), source, manifest.version)
      packages.push({ source, manifest })
    }
    const packed = await pack(staging, folder, packages)
    return packages.map((each, index) => ({ ...each, ...packed[index] }))
  } finally {
    fs.rmSync(staging, { recursive: true })
  }
}

/** Copies each package's files, so that nothing in the checkout changes. */
function stage(staging) {
  for (const source of ['.', ...companions, ...platformFolders]) {
    for (const file of ['package.json', 'README.md', 'LICENSE', ...readManifest(source).files]) {
      const from = path.join(checkout, source, file)
      if (fs.existsSync(from)) fs.cpSync(from, path.join(staging, source, file), { recursive: true })
    }
  }
}

/** Bundles lib/core.js with the modules that it requires, and removes these. */
async function bundleCore(staging) {
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: staging,
    entryPoints: ['lib/core.js'],
    bundle: true,
    platform: 'node',
    external: ['@beams-native/*'],
    metafile: true,
    write: false,
  })
  for (const source of Object.keys(metafile.inputs)) {
    assert.match(source, /^lib\/[\w-]+\.js$/, 'the bundle may hold files of the client only')
    fs.rmSync(path.join(staging, source))
  }
  fs.writeFileSync(path.join(staging, 'lib', 'core.js'), outputFiles[0].text)
}

/** Lets the napi CLI list the platform packages as optional dependencies. */
async function addPlatformPackages(staging) {
  // It refuses to list an incomplete package, and a test has the binary of one platform only.
  const missing = platformFolders
    .flatMap((folder) => readManifest(folder).files.map((file) => path.join(staging, folder, file)))
    .filter((file) => !fs.existsSync(file))
  for (const file of missing) fs.writeFileSync(file, '')
  const napi = path.join(checkout, 'node_modules', '.bin', 'napi')
  await run(napi, ['pre-publish', '--tag-style', 'npm', '--skip-optional-publish', '--no-gh-release'], { cwd: staging })
  for (const file of missing) fs.rmSync(file)
}

/** Removes members that only the checkout uses, and adds the repository, which npm compares with the provenance. */
function completeManifest(staged, source) {
  const manifest = { ...staged }
  for (const name of ['workspaces', 'devDependencies', 'scripts', 'overrides']) delete manifest[name]
  const repository = process.env.GITHUB_REPOSITORY
  if (!repository) return manifest
  const url = `https://github.com/${repository}`
  return {
    ...manifest,
    homepage: `${url}#readme`,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, ...(source !== '.' && { directory: source }) },
  }
}

/** Lets links lead to the files of this version in the repository. Without a repository, they stay relative. */
async function completeLinks(staged, source, version) {
  const repository = process.env.GITHUB_REPOSITORY
  if (!repository) return
  const options = { checkout, folder: source.split(path.sep).join('/'), repository, ref: `v${version}` }
  for (const { name, isRaw } of [{ name: 'README.md' }, { name: 'llms.txt', isRaw: true }]) {
    const file = path.join(staged, name)
    if (!fs.existsSync(file)) continue
    const markdown = fs.readFileSync(file, 'utf8')
    fs.writeFileSync(file, await replaceRelativeLinks(markdown, createResolver({ ...options, isRaw })))
  }
}

/** Packs all at once: each start of npm takes a second. */
async function pack(staging, folder, packages) {
  const sources = packages.map(({ source }) => `./${source}`)
  const args = ['pack', '--json', '--pack-destination', path.resolve(folder), ...sources]
  const { stdout } = await run('npm', args, { cwd: staging })
  return JSON.parse(stdout).map(({ filename, files }) => ({
    tarball: path.join(path.resolve(folder), filename),
    files: files.map((file) => file.path),
  }))
}

async function release(folder) {
  if (!process.env.GITHUB_REPOSITORY) {
    throw new Error('GITHUB_REPOSITORY is not set: the links of the READMEs would lead nowhere on npm')
  }
  const unbuilt = platformFolders.filter((each) => !builtPlatforms().includes(each))
  if (unbuilt.length > 0) throw new Error(`no binary in ${unbuilt.join(', ')}: run \`napi artifacts\` first`)
  fs.mkdirSync(folder, { recursive: true })
  const packages = await packAll(folder)
  const order = packages.map(({ tarball }) => path.basename(tarball))
  fs.writeFileSync(path.join(folder, 'publish-order.txt'), order.map((name) => `${name}\n`).join(''))
  console.log(order.join('\n'))
}

module.exports = { builtPlatforms, packAll }
if (require.main === module) release(process.argv[2])
