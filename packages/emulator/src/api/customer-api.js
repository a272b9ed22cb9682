'use strict'

const { MAX_USER_ID_LENGTH } = require('../limits.js')
const { describeFault } = require('../faults/fault-response.js')
const { badRequest } = require('./errors.js')

/** https://pusher.com/docs/beams/reference/customer-api */
function customerApi(service, { deletions, deviceStore }) {
  const options = { config: { operation: 'deleteUser' } }
  service.delete('/v1/instances/:instanceId/users/:userId', options, async (request, reply) => {
    const { instanceId, userId } = request.params
    if (userId === '') return reply.callNotFound()
    if (userId.length > MAX_USER_ID_LENGTH) {
      throw badRequest(`'User id' is too long, max length is ${MAX_USER_ID_LENGTH}`)
    }
    const deviceCount = deviceStore.existing(instanceId).deleteUser(userId)
    deletions.add({ instanceId, userId, deviceCount, fault: request.fault ? describeFault(request.fault) : undefined })
    request.isListed = true
    if (deviceCount > 0) deviceStore.emit('change')
    return reply.code(200).send()
  })
}

module.exports = { customerApi }
