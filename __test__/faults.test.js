'use strict'

const { test, describe, before } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { BeamsError } = require('..')
const { makeAuthority } = require('./helpers/certificates.js')
const { payload, createClient } = require('./helpers/clients.js')
const { faults } = require('./fixtures/faults.js')
const { listen, socketServer } = require('./helpers/servers.js')

/** Long enough for a connection on a busy machine. Only calls that have to reach it wait so long. */
const TIMEOUT = 2000

describe('a server that', { concurrency: 8 }, () => {
  let authority
  before(async () => (authority = await makeAuthority()))

  for (const row of faults) {
    test(row.behaviour, async (t) => {
      const server = await startServer(t, row)
      const timeout = row.code === 'ERR_BEAMS_TIMEOUT' ? TIMEOUT : 30_000
      const client = createClient(server, {
        timeout,
        connectTimeout: timeout,
        maxRetries: 1,
        ...(row.secure && { endpoint: `https://127.0.0.1:${server.port}`, port: undefined, ca: authority.cert }),
        ...row.options,
        ...server.options,
      })
      for (let call = 1; call < (row.calls ?? 1); call++) await operate(client, row)
      if (row.closes) await server.allClosed()
      await check(operate(client, row), row)
      assert.equal(server.requests(), row.requests, 'requests that the server has seen')
    })
  }

  async function startServer(t, { start, greet, behave = () => {} }) {
    if (!start) {
      const server = await socketServer(t, behave, greet)
      return { port: server.port, requests: () => server.requests, allClosed: () => server.allClosed() }
    }
    return start({ authority, listen: (server) => listen(t, server) })
  }
})

function operate(client, { operation = 'publishToUsers' }) {
  return operation === 'deleteUser' ? client.deleteUser('u') : client.publishToUsers(['u'], payload)
}

async function check(call, { operation, code, delivery, status, message, attempts }) {
  if (!code) {
    assert.deepEqual(await call, operation === 'deleteUser' ? undefined : { publishId: 'pubid-é' })
    return
  }
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof BeamsError)
    assert.equal(error.code, code, error.message)
    assert.ok(delivery.split(' or ').includes(error.delivery), `${error.delivery}: ${error.message}`)
    if (status) assert.equal(error.status, status)
    if (message) assert.match(error.message, message)
    if (attempts) assert.equal(error.attempts, attempts)
    assert.doesNotMatch(`${error.message} ${error.cause?.message}`, /pass word|pass%20word|secret$/)
    return true
  })
}

test('docs/faults.md lists every fault', () => {
  const file = path.join(__dirname, '..', 'docs', 'faults.md')
  const rows = faults.map(
    ({ behaviour, code, delivery, requests }) =>
      `| ${behaviour} | ${code ? `\`${code}\`` : 'success'} | ${delivery ?? ''} | ${requests} |`,
  )
  const heading = '| the server … | outcome | delivery | requests it saw |\n|---|---|---|---|\n'
  const text = fs.readFileSync(file, 'utf8')
  const introduction = text.slice(0, text.indexOf('| the server'))
  const expected = `${introduction}${heading}${rows.join('\n')}\n`
  if (process.env.UPDATE_DOCS) fs.writeFileSync(file, expected)
  else assert.equal(text, expected, 'run UPDATE_DOCS=1 node --test __test__/faults.test.js')
})
