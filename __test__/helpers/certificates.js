'use strict'

const { generate } = require('selfsigned')

const day = 24 * 60 * 60 * 1000
const names = (host) => [{ name: 'commonName', value: host }]
const shape = { keyType: 'ec', algorithm: 'sha256' }

/** A certificate authority of the tests' own. */
async function makeAuthority({ name = 'Test authority', ...options } = {}) {
  const { cert, private: key } = await generate(names(name), {
    ...shape,
    ...options,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  return { cert, key }
}

/**
 * A server's certificate for 127.0.0.1 and localhost, or for another `host`; signed by itself where there is no `authority`.
 * `isAuthority` makes it one, as `openssl req -x509` does; `names: false` leaves it with a common name only.
 */
async function makeCertificate(
  authority,
  {
    host,
    expired = false,
    early = false,
    isAuthority = false,
    names: hasNames = true,
    purpose = {},
    altNames,
    ...options
  } = {},
) {
  altNames ??= host
    ? [{ type: 2, value: host }]
    : [
        { type: 2, value: 'localhost' },
        { type: 7, ip: '127.0.0.1' },
      ]
  const { cert, private: key } = await generate(names(host ?? 'localhost'), {
    ...shape,
    ...options,
    ca: authority,
    notBeforeDate: new Date(Date.now() + (early ? 5 : -10) * day),
    notAfterDate: new Date(Date.now() + (expired ? -day : 10 * day)),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority },
      ...(purpose.extended === null ? [] : [{ name: 'extKeyUsage', ...(purpose.extended ?? { serverAuth: true }) }]),
      ...(purpose.usage ? [{ name: 'keyUsage', ...purpose.usage }] : []),
      ...(hasNames ? [{ name: 'subjectAltName', altNames }] : []),
    ],
  })
  return { cert, key }
}

module.exports = { makeAuthority, makeCertificate }
