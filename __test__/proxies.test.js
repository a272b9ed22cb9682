'use strict'

// Which proxy is used, if any, and what is said where it fails. The tables of the guide are the tables of these tests.

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const dns = require('node:dns/promises')
const https = require('node:https')
const net = require('node:net')
const { execFile } = require('node:child_process')
const { inspect, promisify } = require('node:util')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')
const { createClient, rejection } = require('./helpers/clients.js')
const { deletionWith } = require('./helpers/environment.js')
const { readTable } = require('./helpers/guide-tables.js')
const { httpProxy, socksProxy } = require('./helpers/proxies.js')
const { listen, recordingServer, unusedPort } = require('./helpers/servers.js')

// A name that only the proxy can resolve.
const name = 'beams.test'

/** An https server with a certificate for `name`, localhost and 127.0.0.1. It ends with the test. */
async function secureServer(t) {
  const authority = await makeAuthority()
  const altNames = [{ type: 2, value: name }, { type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] // prettier-ignore
  const certificate = await makeCertificate(authority, { altNames })
  const server = https.createServer(certificate, (_request, response) => response.end())
  await listen(t, server)
  return { port: server.address().port, ca: authority.cert, certificate }
}

describe('with the entry of NO_PROXY', { concurrency: 4 }, () => {
  for (const [[entry], direct, proxied] of readTable('entry')) {
    test(entry, async (t) => {
      const proxy = await httpProxy(t)
      const hosts = [...direct, ...proxied]
      // Those that are reached directly are nowhere; the time is for networks that swallow what is sent there.
      const options = hosts.map((host) => ({ endpoint: `http://${host}`, connectTimeout: 5000 }))
      const outcomes = await deletionWith({ HTTP_PROXY: proxy.url, NO_PROXY: entry }, options)
      const reached = hosts.filter((_host, index) => outcomes[index] === 'deleted')
      assert.deepEqual(reached, proxied)
      const asked = proxy.requests.map((request) => new URL(request.split(' ')[1]).host)
      assert.deepEqual(asked.sort(), [...proxied].sort())
    })
  }
})

describe('the proxy', () => {
  const forms = {
    async 'http://proxy.example:3128'(t, server) {
      const proxy = await httpProxy(t, server)
      const url = proxy.url.replace('//', '//user:pass%20word@')
      assert.equal(
        await createClient({}, { endpoint: `https://${name}`, ca: server.ca, port: undefined, proxy: url }).deleteUser(
          'u',
        ),
        undefined,
      )
      assert.deepEqual(proxy.requests, [`CONNECT ${name}:443`])
      assert.deepEqual(proxy.credentials, ['user:pass word'])
    },
    async 'https://proxy.example:3128'(t, server) {
      const proxy = await httpProxy(t, server, server.certificate)
      const options = { endpoint: `https://${name}`, ca: server.ca, port: undefined, proxy: proxy.url }
      await createClient({}, options).deleteUser('u')
      assert.deepEqual(proxy.requests, [`CONNECT ${name}:443`])
    },
    async 'socks5://proxy.example:1080'(t, server) {
      const proxy = await socksProxy(t, server)
      const options = { endpoint: 'https://localhost', ca: server.ca, proxy: `socks5://127.0.0.1:${proxy.port}` }
      await createClient(server, options).deleteUser('u')
      const { address } = await dns.lookup('localhost')
      assert.deepEqual(proxy.requests, [`${address}:${server.port}`])
    },
    async 'socks5h://proxy.example:1080'(t, server) {
      const proxy = await socksProxy(t, server)
      const url = `socks5h://user:pass%20word@127.0.0.1:${proxy.port}`
      await createClient({}, { endpoint: `https://${name}`, ca: server.ca, port: undefined, proxy: url }).deleteUser(
        'u',
      )
      assert.deepEqual(proxy.requests, [`user:pass word@${name}:443`])
    },
    async 'proxy.example:3128'(t, server) {
      const proxy = await httpProxy(t, server)
      const variables = { HTTPS_PROXY: proxy.url.replace('http://', '') }
      assert.equal(await deletionWith(variables, { endpoint: `https://${name}`, ca: server.ca }), 'deleted')
      assert.deepEqual(proxy.requests, [`CONNECT ${name}:443`])
    },
  }

  for (const [[form]] of readTable('proxy')) {
    test(`may be ${form}`, async (t) => forms[form](t, await secureServer(t)))
  }

  test('forwards plain http, over SOCKS as well', async (t) => {
    const { port, requests } = await recordingServer(t)
    const proxy = await socksProxy(t, { port })
    await createClient({}, { endpoint: name, port: undefined, proxy: `socks5h://127.0.0.1:${proxy.port}` }).deleteUser(
      'u',
    )
    assert.deepEqual([proxy.requests, requests.length], [[`${name}:80`], 1])
  })

  const secure = `https://${name}`
  const plain = `http://${name}`
  for (const [variables, endpoint, expected] of [
    [['HTTPS_PROXY'], secure, 'HTTPS_PROXY'],
    [['https_proxy', 'HTTPS_PROXY'], secure, 'https_proxy'],
    [['HTTPS_PROXY', 'ALL_PROXY'], secure, 'HTTPS_PROXY'],
    [['ALL_PROXY', 'HTTP_PROXY'], secure, 'ALL_PROXY'],
    [['all_proxy', 'ALL_PROXY'], secure, 'all_proxy'],
    [['HTTP_PROXY'], plain, 'HTTP_PROXY'],
    [['http_proxy', 'HTTP_PROXY'], plain, 'http_proxy'],
    [['ALL_PROXY', 'HTTPS_PROXY'], plain, 'ALL_PROXY'],
  ]) {
    test(`of ${variables.join(' and ')} for ${endpoint} is that of ${expected}`, async (t) => {
      const server = await secureServer(t)
      const proxies = await Promise.all(variables.map(() => httpProxy(t, server)))
      const environment = Object.fromEntries(variables.map((variable, index) => [variable, proxies[index].url]))
      assert.equal(await deletionWith(environment, { endpoint, ca: server.ca }), 'deleted')
      const used = variables.filter((_variable, index) => proxies[index].requests.length > 0)
      assert.deepEqual(used, [expected])
    })
  }

  test('from the environment is not used for loopback, but the option is', async (t) => {
    const { port, requests } = await recordingServer(t)
    const [fromEnvironment, fromOption] = [await httpProxy(t), await httpProxy(t)]
    const variables = { HTTP_PROXY: fromEnvironment.url, ALL_PROXY: fromEnvironment.url, NO_PROXY: '' }
    for (const host of ['127.0.0.1', 'localhost'])
      assert.equal(await deletionWith(variables, { endpoint: `${host}:${port}` }), 'deleted')
    assert.deepEqual([requests.length, fromEnvironment.requests.length], [2, 0])
    const options = { endpoint: `127.0.0.1:${port}`, proxy: fromOption.url }
    assert.equal(await deletionWith({ ...variables, NO_PROXY: '*' }, options), 'deleted')
    assert.deepEqual([requests.length, fromOption.requests.length], [2, 1])
  })

  test("in a variable with an invalid URL is reported by the variable's name, without the password", async () => {
    for (const value of [
      'ftp://user:hunter2@proxy.example',
      'socks4://hunter2@proxy.example',
      'http://user:hunter2@',
    ]) {
      const { message, ...details } = await deletionWith({ HTTPS_PROXY: value }, { endpoint: secure })
      assert.match(message, /^the environment variable HTTPS_PROXY must hold an http, https or socks5 URL, such as /)
      assert.deepEqual(details, { code: 'ERR_BEAMS_INVALID_ARGUMENT', delivery: 'not-sent', attempts: 0 })
      assert.doesNotMatch(message, /hunter2/)
    }
  })

  test('in an unused variable may be invalid', async (t) => {
    const proxy = await httpProxy(t)
    const variables = { HTTPS_PROXY: 'ftp://proxy.example', ALL_PROXY: '::', HTTP_PROXY: proxy.url }
    assert.equal(await deletionWith(variables, { endpoint: plain }), 'deleted')
    const { port } = await recordingServer(t)
    assert.equal(
      await deletionWith({ HTTP_PROXY: 'ftp://x', ALL_PROXY: '::' }, { endpoint: `127.0.0.1:${port}` }),
      'deleted',
    )
  })

  test('that receives the secret key in plain text causes a warning, without its password', async () => {
    const program = `
      const { PushNotifications } = require('beams-native')
      new PushNotifications({ instanceId: 'i', secretKey: 'topsecret', ...JSON.parse(process.argv[1]) })`
    const proxy = 'http://user:hunter2@proxy.example:3128'
    for (const [options, HTTP_PROXY, expected] of [
      [{ endpoint: 'localhost', proxy }, '', /the secret key is sent to the proxy proxy\.example:3128 in plain text/],
      [
        { endpoint: name },
        proxy,
        /the secret key is sent to beams\.test through the proxy proxy\.example:3128 in plain text/,
      ],
      [{ endpoint: secure, proxy }, proxy, /^$/],
      [{ endpoint: 'localhost' }, proxy, /^$/],
    ]) {
      const args = ['-e', program, JSON.stringify(options)]
      const env = { ...process.env, HTTP_PROXY, http_proxy: '', NO_PROXY: '', no_proxy: '' }
      const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: __dirname, env })
      assert.match(stderr, expected)
      assert.doesNotMatch(stderr, /hunter2|topsecret/)
    }
  })
})

describe('a proxy that fails', () => {
  const failure = async ({ proxy, ...options }) => {
    const url = proxy.replace('//', '//user:hunter2@')
    const beams = createClient({}, { port: undefined, maxRetries: 0, proxy: url, ...options })
    const error = await rejection(beams.deleteUser('u'))
    assert.doesNotMatch(inspect(error), /hunter2/)
    assert.deepEqual([error.code, error.delivery], ['ERR_BEAMS_CONNECTION', 'not-sent'])
    return [error.message, error.cause.code]
  }
  const unreachable = (what) => `the proxy on the way to ${name} cannot be reached: ${what}`

  for (const endpoint of [`https://${name}`, `http://${name}`]) {
    test(`because its name is not known is distinguished from ${endpoint}`, async () => {
      const [message, code] = await failure({ endpoint, proxy: 'http://no-such-proxy.invalid:3128' })
      assert.equal(message, unreachable(expectMessage(code, 'no-such-proxy.invalid')))
    })

    test(`because it does not listen is distinguished from ${endpoint}`, async () => {
      const port = await unusedPort()
      const [message, code] = await failure({ endpoint, proxy: `http://127.0.0.1:${port}` })
      assert.equal(message, unreachable(`127.0.0.1:${port} refused the connection: no server is listening there`))
      assert.equal(code, 'ECONNREFUSED')
    })

    test(`because its certificate is not trusted is distinguished from ${endpoint}`, async (t) => {
      const proxy = await httpProxy(t, {}, await makeCertificate())
      const { cert: ca } = await makeAuthority()
      const [message, code] = await failure({ endpoint, ca, proxy: proxy.url })
      assert.ok(
        message.startsWith(unreachable(`the certificate of ${new URL(proxy.url).host} is self-signed`)),
        message,
      )
      assert.equal(code, 'DEPTH_ZERO_SELF_SIGNED_CERT')
    })

    test(`because its SOCKS port does not listen is distinguished from ${endpoint}`, async () => {
      const [message] = await failure({ endpoint, proxy: `socks5h://127.0.0.1:${await unusedPort()}` })
      assert.match(message, new RegExp(`^${unreachable('the connection to 127')}`))
    })

    test(`because its SOCKS cannot reach it is distinguished from ${endpoint}`, async (t) => {
      const { port } = await socksProxy(t, {}, 4)
      const [message] = await failure({ endpoint, proxy: `socks5h://127.0.0.1:${port}` })
      assert.equal(message, `the proxy refused to connect to ${name}`)
    })
  }

  test('because it requires a password says so', async (t) => {
    const server = net.createServer((socket) =>
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 407 X\r\n\r\n')),
    )
    const proxy = `http://127.0.0.1:${await listen(t, server)}`
    const [message] = await failure({ endpoint: `https://${name}`, proxy })
    assert.equal(
      message,
      `the proxy refused to connect to ${name}: proxy authentication failed; check the user name and password in the proxy's URL`,
    )
  })

  test('does not change the errors behind it', async (t) => {
    const server = await secureServer(t)
    const { url } = await httpProxy(t, server)
    const [message] = await failure({ endpoint: 'https://other.test', ca: server.ca, proxy: url })
    assert.equal(message, 'the certificate of other.test is for another host')
  })

  test('because SOCKS requires an address is distinguished from an unknown name', async (t) => {
    const { port } = await socksProxy(t, {})
    const [message, code] = await failure({
      endpoint: 'https://no-such-host.invalid',
      proxy: `socks5://127.0.0.1:${port}`,
    })
    assert.equal(message, expectMessage(code, 'no-such-host.invalid'))
  })
})

/** Whether the DNS server responds depends on the machine; the message must fit the code. */
function expectMessage(code, host) {
  if (code === 'EAI_AGAIN') return `the DNS lookup of ${host} failed: the DNS server did not respond`
  assert.equal(code, 'ENOTFOUND')
  return `the host name ${host} was not found`
}

test('a name that cannot be resolved has the code that Node gives it', async () => {
  for (const host of ['no-such-host.invalid', `${'x'.repeat(63)}.invalid`]) {
    const { code } = await rejection(dns.lookup(host))
    const { cause, message } = await rejection(
      createClient({}, { endpoint: host, port: undefined, maxRetries: 0 }).deleteUser('u'),
    )
    assert.equal(cause.code, code)
    assert.equal(message, expectMessage(code, host))
  }
})
