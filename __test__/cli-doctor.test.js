'use strict'

// `npx beams-native doctor` reports problems between a program and the service, and what to do about them.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const http = require('node:http')
const https = require('node:https')
const path = require('node:path')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')
const { emulated } = require('./helpers/clients.js')
const { runCommand, createVariables, writeFiles } = require('./helpers/cli.js')
const { httpProxy, socksProxy } = require('./helpers/proxies.js')
const { listen, socketServer, unusedPort } = require('./helpers/servers.js')

/** A host name that only the proxy resolves. */
const name = 'beams.test'
const interest =
  /^to check the secret key, doctor publishes to the random interest (beams-doctor-[\da-f-]{36}); --no-publish skips it$/m

/** Runs doctor, and returns its checks by name. */
async function diagnose(t, env, args = []) {
  const { code, stdout, stderr } = await runCommand(t, ['doctor', '--json', ...args], { env })
  const { ok, checks } = JSON.parse(stdout)
  assert.equal(code, ok ? 0 : 1)
  return { code, stderr, checks: Object.fromEntries(checks.map((check) => [check.name, check])) }
}

const formatStatuses = (checks) =>
  Object.values(checks)
    .map(({ name: check, status }) => `${check} ${status}`)
    .join(', ')

const HEALTHY = 'platform ok, configuration ok, proxy ok, dns skip, connection ok, tls skip, clock ok, key ok'

/** Starts an https server. It is closed at the end of the test. */
async function startSecureServer(t, certificate) {
  const server = https.createServer(certificate, (_request, response) => response.end())
  await listen(t, server)
  return server.address()
}

describe('doctor', { concurrency: 2 }, () => {
  test('reports no problem with the emulator, and publishes to a random interest', async (t) => {
    const { emulator } = await emulated(t)
    const { code, stdout, stderr } = await runCommand(t, ['doctor'], { env: createVariables(emulator) })
    assert.equal(code, 0)
    const [, printed] = interest.exec(stderr)
    assert.deepEqual(
      emulator.publishes().map(({ interests }) => interests),
      [[printed]],
    )
    assert.equal(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => /^(\w+) {2,4}(\w+) {2,}\S/.exec(line))
        .map(([, status, check]) => `${check} ${status}`)
        .join(', '),
      HEALTHY,
    )
    assert.doesNotMatch(stdout + stderr, /my-key/)
  })

  test('publishes nothing with --no-publish', async (t) => {
    const { emulator } = await emulated(t)
    const { code, checks, stderr } = await diagnose(t, createVariables(emulator), ['--no-publish'])
    assert.deepEqual([code, stderr, emulator.publishes()], [0, '', []])
    assert.equal(formatStatuses(checks), HEALTHY.replace('key ok', 'key skip'))
  })

  test('checks the certificate of an https endpoint', async (t) => {
    const { emulator } = await emulated(t, { tls: true })
    const folder = writeFiles(t, { 'ca.pem': emulator.certificate })
    const env = { ...createVariables(emulator), BEAMS_ENDPOINT: `https://localhost:${emulator.port}` }
    const trusted = await diagnose(t, { ...env, NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') })
    assert.match(
      trusted.checks.tls.message,
      /^TLSv1\.3, certificate for .*DNS:localhost.*, valid until \d{4}-\d\d-\d\d$/,
    )
    assert.equal(trusted.checks.key.status, 'ok')

    const { code, checks } = await diagnose(t, env)
    assert.equal(code, 1)
    assert.equal(checks.tls.status, 'warn')
    assert.match(checks.tls.advice, /NODE_EXTRA_CA_CERTS/)
    assert.match(checks.key.message, /is not signed by a trusted authority|is self-signed/)
    assert.equal(emulator.publishes().length, 1)
  })

  for (const [what, options, env, check, expected] of [
    ['a wrong key', { secretKey: 'another' }, {}, 'key', /^401 .+ the secret key is not this instance's/],
    ['a wrong instance', { instanceId: 'another' }, {}, 'key', /^404 .+ there is no such instance: copy/],
  ]) {
    test(`reports ${what}, and what to do about it`, async (t) => {
      const { emulator } = await emulated(t, options)
      const { code, checks } = await diagnose(t, { ...createVariables(emulator), ...env })
      assert.equal(code, 1)
      assert.equal(formatStatuses(checks), HEALTHY.replace('key ok', 'key fail'))
      assert.match(`${checks[check].message} ${checks[check].advice}`, expected)
      assert.deepEqual(emulator.publishes(), [])
    })
  }

  for (const [what, status, expected] of [
    ['an exceeded plan limit', 402, /the key is accepted, but the plan's limit is exceeded/],
    ['a response that is not from the service', 302, /the response is not from the service: check BEAMS_ENDPOINT/],
  ]) {
    test(`reports ${what}, and what to do about it`, async (t) => {
      const { emulator } = await emulated(t)
      emulator.failNext({ status, operation: 'publishToInterests' })
      const { checks } = await diagnose(t, createVariables(emulator))
      assert.match(checks.key.advice, expected)
    })
  }

  const settings = { BEAMS_INSTANCE_ID: '01234567-89ab-cdef-0123-456789abcdef', BEAMS_SECRET_KEY: 'hunter2' }
  for (const [what, env, statuses, expected] of [
    [
      'a missing configuration',
      {},
      'platform ok, configuration fail',
      /BEAMS_INSTANCE_ID.+ https:\/\/dash\.pusher\.com; without an account, start npx beams-emulator, and set BEAMS_ENDPOINT=/,
    ],
    [
      'an invalid endpoint',
      { ...settings, BEAMS_ENDPOINT: 'a b' },
      'platform ok, configuration fail, endpoint fail',
      /^BEAMS_ENDPOINT must be a host name.+ unset it to use Beams itself$/,
    ],
    [
      'an endpoint of another protocol',
      { ...settings, BEAMS_ENDPOINT: 'ftp://localhost' },
      'platform ok, configuration fail, endpoint fail',
      /^BEAMS_ENDPOINT must be an http or https URL/,
    ],
    [
      'a secret key in place of the instance id',
      { BEAMS_INSTANCE_ID: 'DEADBEEF'.repeat(4), BEAMS_SECRET_KEY: settings.BEAMS_INSTANCE_ID },
      'platform ok, configuration fail',
      /^BEAMS_INSTANCE_ID looks like a secret key, and is ignored are they swapped\?/,
    ],
    [
      'quotation marks around the key',
      { ...settings, BEAMS_SECRET_KEY: '"hunter2"', BEAMS_ENDPOINT: 'no-such-host.invalid' },
      'platform ok, configuration warn, proxy ok, dns fail, key skip',
      /BEAMS_SECRET_KEY starts or ends with white space or a quotation mark/,
    ],
  ]) {
    test(`reports ${what}, and what to do about it`, async (t) => {
      const { checks, stderr } = await diagnose(t, env)
      assert.equal(formatStatuses(checks), statuses)
      assert.match(`${checks.configuration.message} ${checks.configuration.advice}`, expected)
      assert.doesNotMatch(JSON.stringify(checks) + stderr, /hunter2|DEADBEEF/)
    })
  }

  test('reports a wrong host, and what to do about it', async (t) => {
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: 'https://no-such-host.invalid' })
    assert.equal(formatStatuses(checks), 'platform ok, configuration ok, proxy ok, dns fail, key skip')
    assert.match(checks.dns.message, /^the host name no-such-host\.invalid was not found \(E\w+\)$/)
    assert.match(checks.dns.advice, /BEAMS_ENDPOINT/)
  })

  test('reports a closed port, and what to do about it', async (t) => {
    const port = await unusedPort()
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `127.0.0.1:${port}` })
    assert.equal(formatStatuses(checks), 'platform ok, configuration ok, proxy ok, dns skip, connection fail, key skip')
    assert.match(checks.connection.message, new RegExp(`^no connection to 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`))
    assert.match(checks.connection.advice, /no server is listening there/)
  })

  test('does not announce a publish that an earlier problem prevents', async (t) => {
    const { stdout, stderr } = await runCommand(t, ['doctor', '--json'], { env: { BEAMS_ENDPOINT: '127.0.0.1:1' } })
    assert.equal(stderr, '')
    assert.equal('interest' in JSON.parse(stdout), false)
  })

  for (const [what, scheme, greet, check, expected] of [
    ['plain http', 'https', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'tls', /^127\.0\.0\.1:\d+ does not speak TLS on that port is the endpoint http:\/\/\?$/], // prettier-ignore
    ['no TLS', 'https', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'tls', /does not speak TLS on that port/],
    ['nothing, for https,', 'https', (socket) => socket.end(), 'tls', /^TLS handshake with \S+ failed: it closed the connection check/], // prettier-ignore
    ['no HTTP', 'http', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'clock', /^\S+ sent no HTTP response: it sent something else check .+; is the endpoint https:\/\/\?$/], // prettier-ignore
    ['nothing', 'http', (socket) => socket.end(), 'clock', /^\S+ sent no HTTP response: it closed the connection .+; is the endpoint https/], // prettier-ignore
  ]) {
    test(`reports a port that speaks ${what} in its own words`, async (t) => {
      const { port } = await socketServer(t, () => {}, greet)
      const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `${scheme}://127.0.0.1:${port}` })
      assert.deepEqual([checks[check].status, checks.key.status], ['fail', 'skip'])
      assert.match(`${checks[check].message} ${checks[check].advice}`, expected)
    })
  }

  test('reports a TLS alert in its own words', async (t) => {
    const certificate = await makeCertificate(await makeAuthority())
    const { port } = await startSecureServer(t, { ...certificate, ALPNProtocols: ['h2'] })
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `https://127.0.0.1:${port}` })
    assert.match(
      checks.tls.message,
      /^TLS handshake with 127\.0\.0\.1:\d+ failed: [\w ]+ alert no application protocol$/,
    )
  })

  for (const [what, options, expected] of [
    ['has expired', { expired: true }, /it has expired, or this machine's clock is wrong/],
    ['is not valid yet', { early: true }, /it is not valid before \d{4}-\d\d-\d\d, or/],
    ['is for another host', { host: 'other.example' }, /it is not valid for localhost/],
  ]) {
    test(`reports a certificate that ${what}`, async (t) => {
      const { port } = await startSecureServer(t, await makeCertificate(await makeAuthority(), options))
      const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `https://localhost:${port}` })
      assert.deepEqual([checks.tls.status, checks.key.status], ['fail', 'skip'])
      assert.match(checks.tls.advice, expected)
    })
  }

  test('reports a certificate that expires soon', async (t) => {
    const authority = await makeAuthority()
    const folder = writeFiles(t, { 'ca.pem': authority.cert })
    const { port } = await startSecureServer(t, await makeCertificate(authority))
    const env = { BEAMS_ENDPOINT: `https://localhost:${port}`, NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') }
    const { code, checks } = await diagnose(t, { ...settings, ...env }, ['--no-publish'])
    assert.deepEqual([code, checks.tls.status], [0, 'warn'])
    assert.match(checks.tls.advice, /^it expires in \d days/)
  })

  for (const [what, offset, status, message, advice] of [
    ['ahead', -600, 'warn', /is 600 s ahead of|is 601 s ahead of|is 599 s ahead of/, /set tokenBackdate to 6\d\d$/],
    ['behind', 600, 'warn', /behind the service's$/, /NTP/],
    ['a day behind', 90_000, 'fail', /behind the service's$/, /tokens have expired when they are generated/],
  ]) {
    test(`reports a clock that is ${what}`, async (t) => {
      const server = http.createServer((_request, response) => {
        response.writeHead(404, { date: new Date(Date.now() + offset * 1000).toUTCString() }).end()
      })
      const env = { ...settings, BEAMS_ENDPOINT: `127.0.0.1:${await listen(t, server)}` }
      const { checks } = await diagnose(t, env, ['--no-publish'])
      assert.equal(checks.clock.status, status)
      assert.match(checks.clock.message, message)
      assert.match(checks.clock.advice, advice)
    })
  }

  test('reports a key that is sent in plain text', async (t) => {
    const proxy = await httpProxy(t)
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: name, HTTP_PROXY: proxy.url }, ['--no-publish'])
    assert.equal(checks.tls.status, 'warn')
    assert.match(checks.tls.advice, /the secret key is sent in plain text/)
  })
})

describe('doctor, with a proxy,', { concurrency: 2 }, () => {
  const settings = { BEAMS_INSTANCE_ID: 'my-instance', BEAMS_SECRET_KEY: 'my-key' }

  /** Starts a server whose host name only the proxy resolves. */
  async function startHiddenServer(t) {
    const authority = await makeAuthority()
    const folder = writeFiles(t, { 'ca.pem': authority.cert })
    const certificate = await makeCertificate(authority, { host: name })
    const { emulator } = await emulated(t, { tls: certificate, allowedHosts: [name] })
    const env = { ...settings, BEAMS_ENDPOINT: `https://${name}`, NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') }
    return { emulator, certificate, env }
  }

  test('checks the service through a tunnel', async (t) => {
    const { emulator, env } = await startHiddenServer(t)
    const proxy = await httpProxy(t, emulator)
    const HTTPS_PROXY = proxy.url.replace('//', '//user:hunter2@')
    const { code, checks, stderr } = await diagnose(t, { ...env, HTTPS_PROXY })
    assert.equal(code, 0)
    assert.equal(checks.proxy.message, `${proxy.url} (HTTPS_PROXY)`)
    assert.match(checks.connection.message, /^connected to beams\.test through the proxy$/)
    assert.match(checks.tls.message, /certificate for DNS:beams\.test, issued by Test authority/)
    assert.deepEqual([checks.clock.status, checks.key.status], ['ok', 'ok'])
    assert.deepEqual(proxy.requests, Array(2).fill(`CONNECT ${name}:443`))
    assert.deepEqual(proxy.credentials, Array(2).fill('user:hunter2'))
    assert.doesNotMatch(JSON.stringify(checks) + stderr, /hunter2/)
  })

  test('checks a proxy over TLS that forwards requests', async (t) => {
    const authority = await makeAuthority()
    const folder = writeFiles(t, { 'ca.pem': authority.cert })
    const proxy = await httpProxy(t, {}, await makeCertificate(authority))
    const env = { HTTP_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'), BEAMS_ENDPOINT: name }
    const { code, checks } = await diagnose(t, { ...settings, ...env })
    assert.equal(code, 0)
    assert.equal(checks.key.message, 'the service accepts the key (through-the-proxy)')
    const [checked, published] = proxy.requests
    assert.equal(checked, `HEAD http://${name}/`)
    assert.match(published, /^POST http:\/\/beams\.test\/publish_api\//)
  })

  test('over SOCKS checks only the key', async (t) => {
    const { emulator, env } = await startHiddenServer(t)
    const proxy = await socksProxy(t, emulator)
    const { code, checks } = await diagnose(t, { ...env, ALL_PROXY: `socks5h://127.0.0.1:${proxy.port}` })
    assert.equal(code, 0)
    assert.equal(formatStatuses(checks), 'platform ok, configuration ok, proxy ok, dns skip, connection skip, key ok')
  })

  test('that is closed, names the proxy', async (t) => {
    const HTTPS_PROXY = `http://user:hunter2@127.0.0.1:${await unusedPort()}`
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `https://${name}`, HTTPS_PROXY })
    assert.equal(checks.connection.status, 'fail')
    assert.match(
      checks.connection.message,
      /^no connection to beams\.test through the proxy 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
    )
    assert.match(checks.connection.advice, /the URL of the proxy/)
    assert.doesNotMatch(JSON.stringify(checks), /hunter2/)
  })

  test('that requires a password, reports it', async (t) => {
    const server = http.createServer().on('connect', (_request, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nconnection: close\r\n\r\n')
    })
    const HTTPS_PROXY = `http://127.0.0.1:${await listen(t, server)}`
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `https://${name}`, HTTPS_PROXY })
    assert.match(checks.connection.message, /the proxy refused to connect to beams\.test:443: 407 Proxy Authentication/)
    assert.match(checks.connection.advice, /user name and password/)
  })

  test('with an invalid URL, names the variable', async (t) => {
    const HTTPS_PROXY = 'ftp://user:hunter2@proxy.example'
    const { checks } = await diagnose(t, { ...settings, BEAMS_ENDPOINT: `https://${name}`, HTTPS_PROXY })
    assert.equal(formatStatuses(checks), 'platform ok, configuration ok, proxy fail, key skip')
    assert.equal(checks.proxy.message, 'HTTPS_PROXY is not a valid proxy URL')
    assert.doesNotMatch(JSON.stringify(checks), /hunter2/)
  })
})

describe('doctor reports the route that the addon takes:', { concurrency: 2 }, () => {
  const plain = {
    BEAMS_INSTANCE_ID: 'my-instance',
    BEAMS_SECRET_KEY: 'my-key',
    HTTP_PROXY: 'http://user:hunter2@127.0.0.1:1',
  }
  const proxied = 'http://127.0.0.1:1 (HTTP_PROXY)'
  for (const [host, variables, expected] of [
    ['beams.corp', {}, proxied],
    ['beams.corp', { HTTP_PROXY: 'user:hunter2@127.0.0.1:1' }, proxied],
    ['beams.corp', { REQUEST_METHOD: 'GET' }, 'no proxy: none of http_proxy, all_proxy, ALL_PROXY is set'],
    ['beams.corp', { NO_PROXY: 'corp' }, 'no proxy: NO_PROXY excludes beams.corp'],
    ['beams.corp', { NO_PROXY: 'beams.corp:' }, proxied],
    ['127.example.com', {}, proxied],
    ['[::ffff:127.0.0.1]:1', {}, 'no proxy: [::ffff:7f00:1] is a loopback address'],
  ]) {
    test(`${expected} for ${host} with ${JSON.stringify(variables)}`, async (t) => {
      const env = { ...plain, BEAMS_ENDPOINT: `http://${host}`, ...variables }
      const { checks } = await diagnose(t, env, ['--no-publish'])
      assert.equal(checks.proxy.message, expected)
      assert.doesNotMatch(JSON.stringify(checks), /hunter2/)
    })
  }

  test('none without a binary', async (t) => {
    const folder = writeFiles(t, { 'other.js': "Object.defineProperty(process, 'platform', { value: 'sunos' })" })
    const env = { ...plain, BEAMS_ENDPOINT: 'localhost', NODE_OPTIONS: `--require ${path.join(folder, 'other.js')}` }
    const { code, stderr, checks } = await diagnose(t, env)
    assert.deepEqual([code, stderr], [1, ''])
    assert.equal(formatStatuses(checks), 'platform fail, configuration ok, proxy skip, key skip')
    assert.match(checks.platform.message, /: beams-native has no binary for sunos-/)
    assert.match(checks.proxy.message, /^not checked/)
  })
})
