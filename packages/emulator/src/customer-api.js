'use strict'

const { badRequest } = require('./errors.js')

const LONGEST_USER_ID = 164

/** https://pusher.com/docs/beams/reference/customer-api */
function customerApi(service, { book, instances }) {
  // `user_api` is its name in the official Node.js SDK.
  for (const api of ['customer_api', 'user_api']) {
    const options = { config: { operation: 'deleteUser' } }
    service.delete(`/${api}/v1/instances/:instanceId/users/:userId`, options, async ({ params }, reply) => {
      const { instanceId, userId } = params
      if (userId === '') return reply.callNotFound()
      if (userId.length > LONGEST_USER_ID) {
        throw badRequest(`'User id' is too long, max length is ${LONGEST_USER_ID}`)
      }
      instances.existing(instanceId).deleteUser(userId)
      book.deleteUser(instanceId, userId)
      return reply.code(200).send()
    })
  }
}

module.exports = { customerApi }
