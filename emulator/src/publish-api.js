'use strict'

const { interestsSchema, usersSchema } = require('./schemas.js')
const { badRequest } = require('./errors.js')

const KIB = 1024

/** https://pusher.com/docs/beams/reference/publish-api */
function publishApi(service, book) {
  const publishes = '/publish_api/v1/instances/:instanceId/publishes'
  const interests = { bodyLimit: 10 * KIB, schema: { body: interestsSchema } }
  const users = { bodyLimit: 200 * KIB, schema: { body: usersSchema } }

  for (const [path, options] of [
    [`${publishes}/interests`, interests],
    [`${publishes}/users`, users],
    // Three of the official SDKs still publish to interests here.
    [publishes, interests],
  ]) {
    service.post(path, { ...options, preValidation: checkBody }, async ({ params, body }, reply) => {
      const publishId = book.publish(params.instanceId, body)
      // The service says that its JSON is text.
      reply.type('text/plain; charset=utf-8')
      return `${JSON.stringify({ publishId })}\n`
    })
  }
}

async function checkBody({ body }) {
  if (body === undefined) throw badRequest('Invalid content type, it must be application/json')
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw badRequest('Request body must be a JSON object')
  }
}

module.exports = { publishApi }
