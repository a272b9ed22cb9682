'use strict'

const { MAX_USER_ID_LENGTH } = require('../limits.js')
const { badRequest } = require('./errors.js')

/** https://pusher.com/docs/beams/reference/customer-api */
function customerApi(service, { publishStore, deviceStore }) {
  const options = { config: { operation: 'deleteUser' } }
  service.delete('/v1/instances/:instanceId/users/:userId', options, async ({ params }, reply) => {
    const { instanceId, userId } = params
    if (userId === '') return reply.callNotFound()
    if (userId.length > MAX_USER_ID_LENGTH) {
      throw badRequest(`'User id' is too long, max length is ${MAX_USER_ID_LENGTH}`)
    }
    deviceStore.existing(instanceId).deleteUser(userId)
    publishStore.deleteUser(instanceId, userId)
    return reply.code(200).send()
  })
}

module.exports = { customerApi }
