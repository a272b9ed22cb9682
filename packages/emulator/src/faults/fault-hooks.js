'use strict'

const { isResponse, buildResponse } = require('./fault-response.js')

/** Applies planned faults to the operations of `service`, and records the requests that they fail. */
function registerFaultHooks(service, { faults, recorder }) {
  service.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config
    const fault = operation && faults.take(operation)
    if (!fault) return
    if (fault.delay && !(await faults.wait(fault.delay))) return respond({ reset: true }, request, reply)
    if (!isResponse(fault) || fault.afterwards) {
      request.fault = fault
      return
    }
    await recorder.recordFault(request, fault)
    respond(fault, request, reply)
  })

  // `done` is not called where the fault has responded: fastify takes no further part in the response then.
  service.addHook('onSend', (request, reply, payload, done) => {
    const { fault } = request
    if (!fault || !isResponse(fault)) return done(null, payload)
    // A publish or a deletion that was processed is listed with its fault.
    if (reply.statusCode < 400 && !request.isListed) recorder.recordFault(request, fault)
    return respond(fault, request, reply)
  })
}

/** Responds past fastify, which does not let an invalid response out. */
function respond(fault, request, reply) {
  // Hooks have set headers already, such as those that let a browser's page read the response.
  const inherited = reply.getHeaders()
  const { raw } = reply.hijack()
  if (fault.reset) return request.server.resetConnection(request.raw.socket)
  const { status, headers, text } = buildResponse(fault)
  const length = Buffer.byteLength(text) + (fault.truncate ? 1 : 0)
  raw.writeHead(status, { ...inherited, ...headers, 'content-length': length })
  if (!fault.truncate) return raw.end(text)
  return raw.write(text || ' ', () => request.raw.socket.destroySoon())
}

module.exports = { registerFaultHooks }
