'use strict'

// The variables that Node users set for certificates and proxies. Each is read once a process, so each case is one.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const https = require('node:https')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { once } = require('node:events')
const { promisify } = require('node:util')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')
const { recordingServer } = require('./helpers/servers.js')

const program = `
  const { PushNotifications } = require('beams-native')
  const { endpoint, ...options } = JSON.parse(process.argv[1])
  const beams = new PushNotifications({ instanceId: 'i', secretKey: 'k', endpoint, maxRetries: 0, ...options })
  beams.deleteUser('u').then(() => console.log('deleted'), ({ message }) => console.log(message))`

/** What a process prints that deletes a user, with these variables and no others that matter. */
async function outcome(options, variables) {
  const matter = /^(ssl_cert|node_extra|https?_proxy|all_proxy|no_proxy)/i
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !matter.test(name)))
  const args = ['-e', program, JSON.stringify(options)]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: __dirname,
    env: { ...env, ...variables },
  })
  return stdout.trimEnd()
}

describe('with https', () => {
  let folder, authorityFile, endpoint, server, connects, proxy

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-'))
    const authority = await makeAuthority()
    authorityFile = path.join(folder, 'authority.pem')
    fs.writeFileSync(authorityFile, authority.cert)
    server = https.createServer(await makeCertificate(authority), (_request, response) => response.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    endpoint = `https://localhost:${server.address().port}`

    connects = []
    proxy = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (request) => {
        connects.push(request.toString().split('\r\n')[0])
        const onward = net.connect(server.address().port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
        onward.on('error', () => {})
        socket.pipe(onward).pipe(socket)
      })
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
  })

  after(() => {
    fs.rmSync(folder, { recursive: true })
    server.close()
    server.closeAllConnections()
    proxy.close()
  })

  const unknown = /was issued by nobody trusted here; see the `ca` option and NODE_EXTRA_CA_CERTS$/

  test("a certificate of nobody's is refused, and the way out is named", async () => {
    assert.match(await outcome({ endpoint }, {}), unknown)
  })

  for (const variable of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
    test(`${variable} names whom to trust`, async () => {
      assert.equal(await outcome({ endpoint }, { [variable]: authorityFile }), 'deleted')
    })

    test(`${variable} may name a file that is not there`, async () => {
      assert.match(await outcome({ endpoint }, { [variable]: '/nowhere' }), unknown)
    })
  }

  test('the option ca names whom to trust, and replaces all else', async () => {
    const ca = fs.readFileSync(authorityFile, 'utf8')
    assert.equal(await outcome({ endpoint, ca }, {}), 'deleted')
    const { cert: other } = await makeAuthority()
    assert.match(await outcome({ endpoint, ca: other }, { NODE_EXTRA_CA_CERTS: authorityFile }), unknown)
    assert.equal(await outcome({ endpoint, ca: [other, ca] }, {}), 'deleted')
  })

  for (const variable of ['HTTPS_PROXY', 'https_proxy']) {
    test(`${variable} names the proxy`, async () => {
      const { length } = connects
      const variables = { NODE_EXTRA_CA_CERTS: authorityFile, [variable]: `http://127.0.0.1:${proxy.address().port}` }
      assert.equal(await outcome({ endpoint }, variables), 'deleted')
      assert.deepEqual(connects.slice(length), [`CONNECT ${new URL(endpoint).host} HTTP/1.1`])
    })
  }

  for (const variable of ['NO_PROXY', 'no_proxy']) {
    test(`${variable} names who is reached without it`, async () => {
      const { length } = connects
      const variables = {
        NODE_EXTRA_CA_CERTS: authorityFile,
        HTTPS_PROXY: `http://127.0.0.1:${proxy.address().port}`,
        [variable]: 'other.example,localhost',
      }
      assert.equal(await outcome({ endpoint }, variables), 'deleted')
      assert.equal(connects.length, length)
    })
  }

  test('the option proxy wins over the variables', async () => {
    const { length } = connects
    const options = { endpoint, proxy: `http://127.0.0.1:${proxy.address().port}` }
    const variables = { NODE_EXTRA_CA_CERTS: authorityFile, HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' }
    assert.equal(await outcome(options, variables), 'deleted')
    assert.equal(connects.length, length + 1)
  })
})

test('without any certificates, plain http works', async (t) => {
  const { port } = await recordingServer(t)
  const variables = { SSL_CERT_FILE: '/nowhere', SSL_CERT_DIR: '/nowhere' }
  assert.equal(await outcome({ endpoint: `127.0.0.1:${port}` }, variables), 'deleted')
})

test('a key that goes to another machine in plain text is warned of, once a process', async () => {
  const plain = `
    const { PushNotifications } = require('beams-native')
    for (const endpoint of ['beams.example', 'other.example', 'localhost', 'https://beams.example', '127.0.0.1:80'])
      new PushNotifications({ instanceId: 'i', secretKey: 'hidden-key', endpoint })`
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', plain], { cwd: __dirname })
  assert.equal(stderr.match(/BeamsWarning/g).length, 1)
  assert.match(stderr, /the secret key is sent to beams\.example in plain text/)
  assert.doesNotMatch(stderr, /hidden-key/)
})
