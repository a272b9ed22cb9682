'use strict'

/** Responds with 400 to an argument that the emulator's own method refuses. */
function perform(act) {
  return async (request, reply) => {
    try {
      return reply.send(act(request))
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return refuse(reply, error.message)
    }
  }
}

function refuse(reply, description) {
  return reply.code(400).send({ error: 'Bad request', description })
}

module.exports = { perform, refuse }
