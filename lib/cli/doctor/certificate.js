'use strict'

const tls = require('node:tls')
const { fail, ok, warn } = require('./diagnosis.js')
const { readHost } = require('./host.js')

const NAME = 'tls'
const DAY_MS = 24 * 60 * 60 * 1000
/** Certificates that are renewed automatically have longer left. */
const MIN_DAYS_LEFT = 14

/** Whom the certificate of a connection names, who has signed it, and until when it is valid. */
function checkCertificate(base, socket) {
  const certificate = socket.getPeerCertificate()
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS)
  const message = [
    `${socket.getProtocol()}, certificate for ${certificate.subjectaltname ?? certificate.subject?.CN}`,
    `signed by ${certificate.issuer?.O ?? certificate.issuer?.CN}`,
    `valid until ${formatDate(certificate.valid_to)}`,
  ].join(', ')
  if (tls.checkServerIdentity(readHost(base), certificate)) {
    return fail(
      NAME,
      message,
      `it does not name ${base.hostname}: check BEAMS_ENDPOINT, or what intercepts the connection`,
    )
  }
  if (daysLeft < 0) return fail(NAME, message, "it has expired, unless this machine's clock is wrong")
  if (Date.parse(certificate.valid_from) > Date.now()) {
    return fail(
      NAME,
      message,
      `it is valid from ${formatDate(certificate.valid_from)}, unless this machine's clock is wrong`,
    )
  }
  if (!socket.authorized) return warn(NAME, message, adviseTrust(socket.authorizationError))
  if (daysLeft < MIN_DAYS_LEFT)
    return warn(NAME, message, `it expires in ${daysLeft} days: is it renewed automatically?`)
  return ok(NAME, message)
}

/** The addon trusts the system's authorities, which Node.js does not look at. */
function adviseTrust(code) {
  return `Node.js does not trust it (${code}); beams-native does if this machine does. If the key check fails for it, set NODE_EXTRA_CA_CERTS to the certificate of its authority`
}

function formatDate(text) {
  return new Date(text).toISOString().slice(0, 10)
}

module.exports = { checkCertificate }
