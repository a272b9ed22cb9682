'use strict'

const { isIP } = require('node:net')
const { generate } = require('selfsigned')

/** The certificate to serve with: the given one, one made for this run (`true`), or none. */
async function certificateOf(tls, host) {
  if (!tls) return undefined
  if (tls !== true) return tls
  const addresses = new Set(['127.0.0.1', '::1', ...(isIP(host) ? [host] : [])])
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'beams-emulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [{ type: 2, value: 'localhost' }, ...[...addresses].map((ip) => ({ type: 7, ip }))],
      },
    ],
  })
  return { cert, key }
}

module.exports = { certificateOf }
