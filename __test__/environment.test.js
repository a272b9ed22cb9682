'use strict'

// The variables and limits of a process that decide whether a certificate can be checked. They are read once a process, so each
// case is a process of its own.

const { test, describe, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const https = require('node:https')
const os = require('node:os')
const path = require('node:path')
const { once } = require('node:events')
const { promisify } = require('node:util')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')
const { deletionWith } = require('./helpers/environment.js')
const { recordingServer } = require('./helpers/servers.js')

const nowhere = '/nowhere/authority.pem'

describe('with https', () => {
  let folder, authorityFile, endpoint, server

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beams-'))
    const authority = await makeAuthority()
    authorityFile = path.join(folder, 'authority.pem')
    fs.writeFileSync(authorityFile, authority.cert)
    server = https.createServer(await makeCertificate(authority), (_request, response) => response.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    endpoint = `https://127.0.0.1:${server.address().port}`
  })

  after(() => {
    fs.rmSync(folder, { recursive: true })
    server.close()
    server.closeAllConnections()
  })

  const unknown = /is not signed by a trusted authority; see the `ca` option and NODE_EXTRA_CA_CERTS \(NODE_TLS_REJECT_/

  const isUnknown = (outcome) => {
    assert.match(outcome.message, unknown)
    assert.equal(outcome.cause, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')
  }
  const isUnavailable = (outcome, source, cause) => {
    const start = `the certificate of ${new URL(endpoint).host} cannot be checked: ${source} could not be read (`
    assert.ok(outcome.message.startsWith(start), outcome.message)
    assert.deepEqual([outcome.code, outcome.delivery], ['ERR_BEAMS_CONNECTION', 'not-sent'])
    assert.equal(outcome.cause, cause)
  }

  test('a certificate from an untrusted authority is refused, and the error names the options', async () => {
    isUnknown(await deletionWith({}, { endpoint }))
    isUnknown(await deletionWith({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, { endpoint }))
    isUnknown(await deletionWith({ SSL_CERT_FILE: '', SSL_CERT_DIR: '', NODE_EXTRA_CA_CERTS: '' }, { endpoint }))
  })

  for (const variable of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
    test(`${variable} names the trusted certificates`, async () => {
      assert.equal(await deletionWith({ [variable]: authorityFile }, { endpoint }), 'deleted')
    })
  }

  test('SSL_CERT_DIR names folders of trusted certificates, some of which may be missing', async () => {
    const SSL_CERT_DIR = ['/nowhere', folder].join(path.delimiter)
    assert.equal(await deletionWith({ SSL_CERT_DIR }, { endpoint }), 'deleted')
  })

  test('NODE_EXTRA_CA_CERTS may name a missing file, as with Node', async () => {
    isUnknown(await deletionWith({ NODE_EXTRA_CA_CERTS: nowhere }, { endpoint }))
  })

  test('SSL_CERT_FILE may not name a missing file', async () => {
    const both = { SSL_CERT_FILE: nowhere, SSL_CERT_DIR: folder, NODE_EXTRA_CA_CERTS: authorityFile }
    for (const variables of [{ SSL_CERT_FILE: nowhere }, both])
      isUnavailable(await deletionWith(variables, { endpoint }), `SSL_CERT_FILE=${nowhere}`, 'ENOENT')
    isUnavailable(await deletionWith({ SSL_CERT_FILE: folder }, { endpoint }), `SSL_CERT_FILE=${folder}`, 'EISDIR')
  })

  test('SSL_CERT_FILE and SSL_CERT_DIR must contain a certificate', async () => {
    const empty = path.join(folder, 'empty')
    fs.mkdirSync(empty, { recursive: true })
    isUnavailable(await deletionWith({ SSL_CERT_FILE: __filename }, { endpoint }), `SSL_CERT_FILE=${__filename}`)
    for (const SSL_CERT_DIR of ['/nowhere', empty])
      isUnavailable(await deletionWith({ SSL_CERT_DIR }, { endpoint }), `SSL_CERT_DIR=${SSL_CERT_DIR}`)
  })

  test('the ca option names the trusted certificates, and replaces all others', async () => {
    const ca = fs.readFileSync(authorityFile, 'utf8')
    assert.equal(await deletionWith({}, { endpoint, ca }), 'deleted')
    assert.equal(await deletionWith({ SSL_CERT_FILE: nowhere }, { endpoint, ca }), 'deleted')
    const { cert: other } = await makeAuthority({ name: 'Another authority' })
    isUnknown(await deletionWith({ NODE_EXTRA_CA_CERTS: authorityFile }, { endpoint, ca: other }))
    assert.equal(await deletionWith({}, { endpoint, ca: [other, ca] }), 'deleted')
  })

  test("a CA certificate in NODE_EXTRA_CA_CERTS may be the server's own", async (t) => {
    const certificate = await makeCertificate(undefined, { isAuthority: true, purpose: { extended: null } })
    const file = path.join(folder, 'own.pem')
    fs.writeFileSync(file, certificate.cert)
    t.after(() => fs.rmSync(file))
    const own = https.createServer(certificate, (_request, response) => response.end()).listen(0, '127.0.0.1')
    await once(own, 'listening')
    t.after(() => {
      own.close()
      own.closeAllConnections()
    })
    const options = { endpoint: `https://127.0.0.1:${own.address().port}` }
    assert.equal(await deletionWith({ NODE_EXTRA_CA_CERTS: file }, options), 'deleted')
    assert.equal((await deletionWith({}, options)).cause, 'DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    test(`a file that ${variable} names is read as soon as it exists`, async (t) => {
      const late = path.join(folder, `late-${variable}.pem`)
      t.after(() => fs.rmSync(late))
      const program = `
        const first = await outcome()
        require('node:fs').copyFileSync(${JSON.stringify(authorityFile)}, ${JSON.stringify(late)})
        return [first === 'deleted', await outcome()]`
      assert.deepEqual(await run(program, { endpoint }, { [variable]: late }), [false, 'deleted'])
    })
  }

  test('certificates that no descriptor was available for are read by the next call', async () => {
    const program = `
      const { closeSync, openSync } = require('node:fs')
      await outcome({ endpoint: 'http://127.0.0.1:1' })
      const files = openAll()
      // One is left, which the socket takes.
      closeSync(files.pop())
      const first = await outcome()
      for (const file of files) closeSync(file)
      return [first, await outcome()]`
    const variables = { NODE_EXTRA_CA_CERTS: authorityFile }
    const [first, second] = await run(program, { endpoint }, variables, 64)
    assert.deepEqual([first.code, first.delivery, first.cause], ['ERR_BEAMS_CONNECTION', 'not-sent', 'EMFILE'])
    assert.match(
      first.message,
      /^no file descriptor is available for a connection to 127\.0\.0\.1:\d+; raise the limit/,
    )
    assert.equal(second, 'deleted')
  })
})

/**
 * Runs the body of an asynchronous function in a process of its own, with at most so many descriptors. `outcome()` is what comes
 * of deleting a user with one and the same client, or with one of other options; `openAll()` opens files until no descriptor is
 * left.
 */
async function run(body, options, variables, descriptors = 256) {
  const program = `
    const { PushNotifications } = require('beams-native')
    const options = JSON.parse(process.argv[1])
    const createClient = (options) => new PushNotifications({ instanceId: 'i', secretKey: 'k', maxRetries: 0, ...options })
    const beams = createClient(options)
    const outcome = (options) => (options ? createClient(options) : beams).deleteUser('u').then(
      () => 'deleted',
      ({ message, code, delivery, cause }) => ({ message, code, delivery, cause: cause?.code }),
    )
    function openAll() {
      const files = []
      try {
        for (;;) files.push(require('node:fs').openSync('/dev/null'))
      } catch (error) {
        if (error.code !== 'EMFILE') throw error
      }
      return files
    }
    async function body() {${body}}
    body().then((result) => process.stdout.write(JSON.stringify(result)))`
  const matter = /^(ssl_cert|node_extra|(https?|all|no)_proxy)/i
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !matter.test(name)))
  const limited = ['-c', `ulimit -n ${descriptors} && exec "$0" "$@"`, process.execPath, '-e', program]
  const { stdout } = await promisify(execFile)('sh', [...limited, JSON.stringify(options)], {
    cwd: __dirname,
    env: { ...env, ...variables },
  })
  return JSON.parse(stdout)
}

test('without file descriptors the first call sends nothing and says why, and the next one works', async (t) => {
  const { port } = await recordingServer(t)
  const program = `
    const { closeSync } = require('node:fs')
    const files = openAll()
    const none = await outcome()
    const name = await outcome({ endpoint: 'http://no-such-host.invalid' })
    for (const file of files) closeSync(file)
    return [none, name, await outcome()]`
  const [none, name, later] = await run(program, { endpoint: `127.0.0.1:${port}` }, {}, 64)
  for (const outcome of [none, name]) {
    assert.deepEqual([outcome.code, outcome.delivery, outcome.cause], ['ERR_BEAMS_CONNECTION', 'not-sent', 'EMFILE'])
    assert.match(outcome.message, /^no file descriptor is available for a connection to /)
  }
  assert.equal(later, 'deleted')
})

test('without file descriptors a name lookup fails, although the worker runs', async () => {
  const program = `
    await outcome({ endpoint: 'http://127.0.0.1:1' })
    openAll()
    return outcome()`
  const outcome = await run(program, { endpoint: 'http://no-such-host.invalid' }, {}, 64)
  assert.deepEqual([outcome.delivery, outcome.cause], ['not-sent', 'EMFILE'])
})

test('plain http reads no certificates', async (t) => {
  const { port } = await recordingServer(t)
  const variables = { SSL_CERT_FILE: nowhere, SSL_CERT_DIR: '/nowhere' }
  assert.equal(await deletionWith(variables, { endpoint: `127.0.0.1:${port}` }), 'deleted')
})

test('a secret key sent to another machine in plain text causes one warning per process', async () => {
  const plain = `
    const { PushNotifications } = require('beams-native')
    for (const endpoint of ['beams.example', 'other.example', 'localhost', 'https://beams.example', '127.0.0.1:80'])
      new PushNotifications({ instanceId: 'i', secretKey: 'hidden-key', endpoint })`
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', plain], { cwd: __dirname })
  assert.equal(stderr.match(/BeamsWarning/g).length, 1)
  assert.match(stderr, /the secret key is sent to beams\.example in plain text/)
  assert.doesNotMatch(stderr, /hidden-key/)
})
