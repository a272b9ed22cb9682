'use strict'

const { generate } = require('selfsigned')

const day = 24 * 60 * 60 * 1000
const names = (host) => [{ name: 'commonName', value: host }]
const shape = { keyType: 'ec', algorithm: 'sha256' }

/** A certificate authority of the tests' own. */
async function makeAuthority() {
  const { cert, private: key } = await generate(names('Test authority'), {
    ...shape,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert, key }
}

/** A server's certificate for 127.0.0.1 and localhost, or for another `host`. */
async function makeCertificate(authority, { host, expired = false } = {}) {
  const altNames = host
    ? [{ type: 2, value: host }]
    : [
        { type: 2, value: 'localhost' },
        { type: 7, ip: '127.0.0.1' },
      ]
  const { cert, private: key } = await generate(names(host ?? 'localhost'), {
    ...shape,
    ca: authority,
    notBeforeDate: new Date(Date.now() - 10 * day),
    notAfterDate: new Date(Date.now() + (expired ? -day : 10 * day)),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return { cert, key }
}

module.exports = { makeAuthority, makeCertificate }
