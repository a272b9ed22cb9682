'use strict'

// The servers of docs/endpoints.md, as they stand there, and the official browser SDK: login, token, device, publish, webhook.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile, spawn } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const { promisify } = require('node:util')
const { startEmulator } = require('beams-emulator')
const ts = require('typescript')
const { launch, open } = require('../packages/emulator/__test__/helpers/browser.js')
const { script, serviceWorker, stubSubscription } = require('../packages/emulator/__test__/helpers/browser-sdk.js')
const packages = require('./helpers/packages.js')
const { listen, unusedPort } = require('./helpers/servers.js')

const checkout = path.join(__dirname, '..')
const run = promisify(execFile)
const settings = {
  BEAMS_INSTANCE_ID: 'my-instance',
  BEAMS_SECRET_KEY: 'my-key',
  BEAMS_WEBHOOK_SECRET: 'hush',
  SESSION_SECRET: 'change-me-to-32-characters-or-more',
  NEXT_TELEMETRY_DISABLED: '1',
}

/** The files of a program in the guide: the blocks of a language that begin with a path. */
function findFiles(language, isOf) {
  const guide = fs.readFileSync(path.join(checkout, 'docs', 'endpoints.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```([^\n]+)\n\/\/ (\S+)\n(.*?)^```$/gms)]
  const files = blocks.filter(([, tag, name]) => tag === language && isOf(name))
  return files.map(([, , name, code]) => ({ name, code }))
}

/** Compiles a program that is one module. documentation.test.js checks its types. */
async function compile(folder, files) {
  const [{ name, code }] = files
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: 'esnext', target: 'es2022', experimentalDecorators: true, emitDecoratorMetadata: true },
  })
  const program = path.join(folder, name.replace('.ts', '.mjs'))
  fs.writeFileSync(program, outputText)
  return { command: [program], cwd: folder }
}

/** Builds an application of Next.js, which checks its types, outside of the checkout: it takes a checkout for its own. */
async function buildNext(_folder, files) {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-story-'))
  process.once('exit', () => fs.rmSync(cwd, { recursive: true }))
  for (const name of ['package.json', 'next.config.ts', 'tsconfig.json']) {
    fs.copyFileSync(path.join(checkout, 'examples', 'next', name), path.join(cwd, name))
  }
  for (const { name, code } of files) {
    fs.mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true })
    fs.writeFileSync(path.join(cwd, name), code)
  }
  const { beams, binding } = await packages.packAll(cwd)
  await packages.install(cwd, beams.tarball, binding.tarball)
  await run('npm', ['run', 'build'], { cwd, env: { ...process.env, ...settings } })
  return { command: ['node_modules/next/dist/bin/next', 'start'], cwd }
}

const module_ = (name) => findFiles('mts', (each) => each === `${name}.ts`)
const servers = [
  { name: 'Express', files: module_('express'), build: compile },
  { name: 'Fastify', files: module_('fastify'), build: compile },
  { name: 'Nest', files: module_('nest'), build: compile },
  // Its build takes minutes: `make story` runs it.
  ...(process.env.WITH_NEXT ? [{ name: 'Next.js', files: findFiles('ts next', () => true), build: buildNext }] : []),
]

/** Starts a server, which is stopped after the test. `line` waits for a line of its output. */
async function start(t, { command, cwd }, emulator) {
  const port = await unusedPort()
  const env = { ...process.env, ...settings, BEAMS_ENDPOINT: emulator.url, PORT: String(port) }
  const child = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (pattern) => {
    for (;;) {
      const { value, done } = await lines.next()
      assert.ok(!done, `the server ended before it printed ${pattern}`)
      if (pattern.test(value)) return value
    }
  }
  await line(/^listening|Ready/)
  return { port, line }
}

const page = `<!doctype html><title>A page of the application</title><script src="/sdk.js"></script>`

/** The application's site: a page with the SDK and its service worker, and behind them the server. */
async function serveSite(t, port) {
  const assets = {
    '/': ['text/html', page],
    '/sdk.js': ['text/javascript', fs.readFileSync(script)],
    '/service-worker.js': ['text/javascript', serviceWorker()],
  }
  const site = http.createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const [type, content] = assets[url.split('?')[0]] ?? []
    if (content !== undefined) return outgoing.setHeader('Content-Type', type).end(content)
    const forwarded = http.request({ host: 'localhost', port, method, path: url, headers }, (response) => {
      outgoing.writeHead(response.statusCode, response.headers)
      response.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  await listen(t, site)
  return `http://127.0.0.1:${site.address().port}`
}

describe('the official browser SDK and a server of the guide', () => {
  let browser, folder
  before(async () => {
    browser = await launch()
    // Inside the checkout, so that the package finds itself by its name.
    fs.mkdirSync(path.join(checkout, 'build'), { recursive: true })
    folder = fs.mkdtempSync(path.join(checkout, 'build', 'story-'))
  })
  after(async () => {
    await browser.close()
    fs.rmSync(folder, { recursive: true })
  })

  for (const { name, files, build } of servers) {
    test(`with ${name}: a user logs in, turns on notifications and gets one, and the server hears of it`, async (t) => {
      const emulator = await startEmulator({
        instanceId: settings.BEAMS_INSTANCE_ID,
        secretKey: settings.BEAMS_SECRET_KEY,
      })
      t.after(() => emulator.close())
      const server = await start(t, await build(folder, files), emulator)
      const url = await serveSite(t, server.port)
      emulator.addWebhook({ url: `${url}/webhooks/beams`, secret: settings.BEAMS_WEBHOOK_SECRET })

      const tab = await open(t, browser, 'about:blank')
      await tab.context().grantPermissions(['notifications'], { origin: url })
      await tab.context().addInitScript(stubSubscription)
      await tab.goto(url)
      const post = (route) => tab.evaluate(async (to) => (await fetch(to, { method: 'POST' })).status, route)

      /** Turns on notifications for a user. Returns the error of the SDK, if there is one. */
      const turnOn = (userId) =>
        tab.evaluate(
          async ([instanceId, endpointOverride, id]) => {
            const { Client, TokenProvider } = globalThis.PusherPushNotifications
            const client = new Client({ instanceId, endpointOverride })
            await client.start()
            const tokens = new TokenProvider({ url: '/beams-auth' })
            return client.setUserId(id, tokens).catch(({ message }) => message)
          },
          [settings.BEAMS_INSTANCE_ID, emulator.url, userId],
        )

      assert.match(await turnOn('ada'), /^Unexpected status code 401: Unauthorized, nobody is logged in$/)
      assert.ok((await post('/login/ada')) < 300)
      assert.match(await turnOn('grace'), /^Unexpected status code 403: Forbidden, the user_id is not /)
      assert.equal(await turnOn('ada'), undefined)
      assert.deepEqual(
        emulator.devices().map(({ platform, userId }) => [platform, userId]),
        [['web', 'ada']],
      )

      assert.ok((await post('/greeting')) < 300)
      const [delivery] = emulator.deliveries()
      assert.deepEqual([delivery.userId, delivery.payload.notification.title], ['ada', 'Hello'])
      await server.line(/^v1\.PublishToUsersAttempt /)
    })
  }

  for (const { name, files } of servers) {
    test(`needs less than 40 lines with ${name}`, () => {
      const lines = files.flatMap(({ code }) => code.split('\n').filter((line) => line.trim() !== ''))
      assert.ok(lines.length > 20 && lines.length < 40, `${lines.length} lines`)
    })
  }
})
