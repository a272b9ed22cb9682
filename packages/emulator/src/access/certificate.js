'use strict'

const { isIP } = require('node:net')
const { generate } = require('selfsigned')

/**
 * The certificate to serve https with, and the `authority` that clients have to trust for it: the given one, or one made for
 * this run (`true`). `undefined` to serve http.
 */
async function createCertificate(tls, host) {
  if (!tls) return undefined
  if (tls !== true) return { ...tls, authority: tls.cert }
  // Two certificates, as in production: some clients accept none that is both an authority's and a server's.
  const authority = await generateCertificate('beams-emulator authority', {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const addresses = new Set(['127.0.0.1', '::1', ...(isIP(host) ? [host] : [])])
  const altNames = [{ type: 2, value: 'localhost' }, ...[...addresses].map((ip) => ({ type: 7, ip }))]
  const server = await generateCertificate('beams-emulator', {
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return { ...server, authority: authority.cert }
}

async function generateCertificate(commonName, options) {
  const name = [{ name: 'commonName', value: commonName }]
  const { cert, private: key } = await generate(name, { keyType: 'ec', algorithm: 'sha256', ...options })
  return { cert, key }
}

module.exports = { createCertificate }
