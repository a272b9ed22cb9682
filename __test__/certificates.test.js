'use strict'

// Which server certificates are accepted, and what is said about the others. Each is shown to Node's own https client as well:
// but for the reasons given in a row, both agree, down to the code.

const { test, describe, before } = require('node:test')
const assert = require('node:assert/strict')
const https = require('node:https')
const { makeAuthority, makeCertificate } = require('./helpers/certificates.js')
const { createClient, rejection } = require('./helpers/clients.js')
const { listen } = require('./helpers/servers.js')

/** Each row makes a server's certificate and the `ca` of the client. A row without a `code` is one that is accepted. */
const rows = [
  {
    name: 'signed by an authority in ca',
    make: async ({ authority }) => ({ server: await makeCertificate(authority), ca: authority.cert }),
  },
  {
    name: 'signed by itself and in ca',
    make: async () => selfSigned(),
  },
  {
    name: 'signed by itself, an authority and in ca, as openssl makes it',
    make: async () => selfSigned({ isAuthority: true, purpose: { extended: null } }),
  },
  {
    name: 'of an authority in ca that issued it to itself with the uses of a server',
    make: async () =>
      selfSigned({ isAuthority: true, purpose: { usage: { digitalSignature: true, keyCertSign: true } } }),
  },
  {
    name: 'of an authority, signed by an authority and in ca itself',
    make: async ({ authority }) => {
      const server = await makeCertificate(authority, { isAuthority: true })
      return { server, ca: [authority.cert, server.cert] }
    },
  },
  {
    name: 'with an RSA key of 2048 bits',
    make: async () => selfSigned({ keyType: 'rsa' }),
  },
  {
    name: 'that has expired',
    make: async ({ authority }) => ({
      server: await makeCertificate(authority, { expired: true }),
      ca: authority.cert,
    }),
    code: 'CERT_HAS_EXPIRED',
    message: /^the certificate of HOST has expired$/,
  },
  {
    name: 'that has expired, though it is an authority and in ca',
    make: async () => selfSigned({ isAuthority: true, expired: true }),
    code: 'CERT_HAS_EXPIRED',
    message: /^the certificate of HOST has expired$/,
  },
  {
    name: 'that is not valid yet',
    make: async ({ authority }) => ({ server: await makeCertificate(authority, { early: true }), ca: authority.cert }),
    code: 'CERT_NOT_YET_VALID',
    message: /^the certificate of HOST is not valid yet; is the clock of this machine right\?$/,
  },
  {
    name: 'that is not valid yet, though it is an authority and in ca',
    make: async () => selfSigned({ isAuthority: true, early: true }),
    code: 'CERT_NOT_YET_VALID',
    message: /^the certificate of HOST is not valid yet/,
  },
  {
    name: 'for another host',
    make: async ({ authority }) => ({
      server: await makeCertificate(authority, { host: 'other.example' }),
      ca: authority.cert,
    }),
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: /^the certificate of HOST is for another host$/,
  },
  {
    name: 'for another host, though it is an authority and in ca',
    make: async () => selfSigned({ isAuthority: true, host: 'other.example' }),
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: /^the certificate of HOST is for another host$/,
  },
  {
    name: 'with a common name only',
    make: async () => selfSigned({ names: false }),
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message:
      /^the certificate of HOST names its host only in the common name, which is no longer accepted; .*: openssl req -x509 .* -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE$/,
    node: 'takes the common name',
  },
  {
    name: 'with a common name only, an authority and in ca',
    make: async () => selfSigned({ isAuthority: true, names: false, purpose: { extended: null } }),
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: /names its host only in the common name/,
    node: 'takes the common name',
  },
  {
    name: 'of an unknown authority',
    make: async ({ authority }) => ({
      server: await makeCertificate(await makeAuthority({ name: 'Another authority' })),
      ca: authority.cert,
    }),
    code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    message:
      /^the certificate of HOST is not signed by a trusted authority; see the `ca` option and NODE_EXTRA_CA_CERTS \(NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect/,
    node: 'gives the last of two codes',
  },
  {
    name: 'of an unknown authority with the name of the one in ca',
    make: async ({ authority }) => ({ server: await makeCertificate(await makeAuthority()), ca: authority.cert }),
    code: 'CERT_SIGNATURE_FAILURE',
    message:
      /^the certificate of HOST is not signed by a trusted authority: its signature does not match the key of the issuer that it names/,
  },
  {
    name: 'of an unknown authority that the server sends along',
    make: async ({ authority }) => {
      const other = await makeAuthority({ name: 'Another authority' })
      const { cert, key } = await makeCertificate(other)
      return { server: { cert: `${cert}\n${other.cert}`, key }, ca: authority.cert }
    },
    code: 'SELF_SIGNED_CERT_IN_CHAIN',
    message:
      /^the certificate of HOST is not signed by a trusted authority: the chain that the server sent ends in a self-signed certificate that is not trusted; see/,
  },
  {
    name: 'signed by itself and not in ca',
    make: async ({ authority }) => ({ server: await makeCertificate(undefined), ca: authority.cert }),
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    message: /^the certificate of HOST is self-signed, not signed by a trusted authority; see the `ca` option/,
  },
  {
    name: 'signed by itself, an authority and not in ca',
    make: async ({ authority }) => ({
      server: await makeCertificate(undefined, { isAuthority: true }),
      ca: authority.cert,
    }),
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    message: /^the certificate of HOST is self-signed/,
  },
  {
    name: 'signed by itself, of the same name as the one in ca',
    make: async () => ({
      server: await makeCertificate(undefined, { isAuthority: true }),
      ca: (await makeCertificate(undefined, { isAuthority: true })).cert,
    }),
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    message: /^the certificate of HOST is self-signed/,
  },
  {
    name: 'of an authority, signed by an authority in ca but not in ca itself',
    make: async ({ authority }) => ({
      server: await makeCertificate(authority, { isAuthority: true }),
      ca: authority.cert,
    }),
    code: 'INVALID_PURPOSE',
    message:
      /^the certificate of HOST is a CA certificate, not a server certificate: pass exactly this certificate as the `ca`/,
    node: 'lets authorities be servers',
  },
  {
    name: 'for clients',
    make: async ({ authority }) => ({
      server: await makeCertificate(authority, { purpose: { extended: { clientAuth: true } } }),
      ca: authority.cert,
    }),
    code: 'INVALID_PURPOSE',
    message: /^the certificate of HOST is not valid for a server/,
  },
  {
    name: 'for clients, though it is an authority and in ca',
    make: async () => selfSigned({ isAuthority: true, purpose: { extended: { clientAuth: true } } }),
    code: 'INVALID_PURPOSE',
    message: /^the certificate of HOST is not valid for a server/,
  },
  {
    name: 'for nothing but signing, though it is an authority and in ca',
    make: async () =>
      selfSigned({ isAuthority: true, purpose: { extended: null, usage: { keyCertSign: true, cRLSign: true } } }),
    code: 'INVALID_PURPOSE',
    message: /^the certificate of HOST is not valid for a server/,
  },
  {
    name: 'with an RSA key of 1024 bits',
    make: async () => selfSigned({ keyType: 'rsa', keySize: 1024 }),
    code: 'CERT_SIGNATURE_FAILURE',
    message:
      /^the certificate of HOST is not signed by a trusted authority: .* that key is not supported \(supported are RSA of 2048 bits or more/,
    node: 'takes short keys',
  },
  {
    name: 'with a key on P-521',
    make: async () => selfSigned({ curve: 'P-521' }),
    code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    message:
      /^TLS handshake with HOST failed: there is no protocol version or signature algorithm in common; this client supports TLS 1\.2 and 1\.3 with RSA/,
    node: 'has more algorithms',
  },
  {
    name: 'signed by an authority on P-521',
    make: async () => {
      const authority = await makeAuthority({ curve: 'P-521' })
      return { server: await makeCertificate(authority), ca: authority.cert }
    },
    code: 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
    message: /^the certificate of HOST has an unsupported key or signature algorithm; supported are RSA of 2048 bits/,
    node: 'has more algorithms',
  },
]

async function selfSigned(options) {
  const server = await makeCertificate(undefined, options)
  return { server, ca: server.cert }
}

/** A TLS server that responds to every request. It ends with the test. */
async function serve(t, certificate) {
  const server = https.createServer(certificate, (_request, response) => response.end())
  server.on('tlsClientError', () => {})
  await listen(t, server)
  return server.address().port
}

/** The code with which Node's own client fails, if it does. */
async function connectWithNode(port, ca) {
  const request = https.get({ host: 'localhost', family: 4, port, ca, agent: false })
  return new Promise((resolve) => {
    request.on('response', (response) => resolve(void response.resume()))
    request.on('error', (error) => resolve(error.code))
  })
}

describe('a certificate', () => {
  let authority

  before(async () => {
    authority = await makeAuthority()
  })

  for (const { name, make, code, message, node } of rows) {
    test(`${name} is ${code ? 'refused' : 'accepted'}`, async (t) => {
      const { server, ca } = await make({ authority })
      const port = await serve(t, server)
      const beams = createClient({ port }, { endpoint: 'https://localhost', ca })
      const byNode = await connectWithNode(port, ca)
      if (node) assert.notEqual(byNode, code, `Node no longer ${node}`)
      else assert.equal(byNode, code)
      if (!code) return beams.deleteUser('u')
      const error = await rejection(beams.deleteUser('u'))
      assert.deepEqual({ ...error }, { code: 'ERR_BEAMS_CONNECTION', attempts: 1, delivery: 'not-sent' })
      assert.match(error.message.replaceAll(`localhost:${port}`, 'HOST'), message)
      assert.equal(error.cause.code, code)
    })
  }
})
