'use strict'

const { isIP } = require('node:net')
const { generate } = require('selfsigned')

/**
 * What to serve https with, and the `authority` that clients have to trust for it: the given certificate, or one made for this
 * run (`true`). Nothing, to serve http.
 */
async function certificateOf(tls, host) {
  if (!tls) return undefined
  if (tls !== true) return { ...tls, authority: tls.cert }
  // Two certificates, as in earnest: there are clients that take none which is both an authority's and a server's.
  const authority = await make('beams-emulator authority', {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const addresses = new Set(['127.0.0.1', '::1', ...(isIP(host) ? [host] : [])])
  const altNames = [{ type: 2, value: 'localhost' }, ...[...addresses].map((ip) => ({ type: 7, ip }))]
  const server = await make('beams-emulator', {
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return { ...server, authority: authority.cert }
}

async function make(commonName, options) {
  const name = [{ name: 'commonName', value: commonName }]
  const { cert, private: key } = await generate(name, { keyType: 'ec', algorithm: 'sha256', ...options })
  return { cert, key }
}

module.exports = { certificateOf }
