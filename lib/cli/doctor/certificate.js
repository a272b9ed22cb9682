'use strict'

const tls = require('node:tls')
const { fail, ok, warn } = require('./diagnosis.js')
const { readHost } = require('./host.js')

const NAME = 'tls'
const DAY_MS = 24 * 60 * 60 * 1000
/** Automatically renewed certificates are replaced earlier. */
const MIN_DAYS_LEFT = 14

/** Checks the names, the issuer and the validity of a certificate. */
function checkCertificate(base, socket) {
  const certificate = socket.getPeerCertificate()
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS)
  const message = [
    `${socket.getProtocol()}, certificate for ${certificate.subjectaltname ?? certificate.subject?.CN}`,
    `issued by ${certificate.issuer?.O ?? certificate.issuer?.CN}`,
    `valid until ${formatDate(certificate.valid_to)}`,
  ].join(', ')
  if (tls.checkServerIdentity(readHost(base), certificate)) {
    return fail(
      NAME,
      message,
      `it is not valid for ${base.hostname}: check BEAMS_ENDPOINT, and whether a proxy intercepts the connection`,
    )
  }
  if (daysLeft < 0) return fail(NAME, message, "it has expired, or this machine's clock is wrong")
  if (Date.parse(certificate.valid_from) > Date.now()) {
    return fail(
      NAME,
      message,
      `it is not valid before ${formatDate(certificate.valid_from)}, or this machine's clock is wrong`,
    )
  }
  if (!socket.authorized) return warn(NAME, message, adviseTrust(socket.authorizationError))
  if (daysLeft < MIN_DAYS_LEFT)
    return warn(NAME, message, `it expires in ${daysLeft} days: is it renewed automatically?`)
  return ok(NAME, message)
}

/** The addon uses the system's certificate store, which Node.js does not. */
function adviseTrust(code) {
  return `Node.js does not trust it (${code}); beams-native also trusts the system's certificates. If the check of the key fails, add its authority with NODE_EXTRA_CA_CERTS`
}

function formatDate(text) {
  return new Date(text).toISOString().slice(0, 10)
}

module.exports = { checkCertificate }
