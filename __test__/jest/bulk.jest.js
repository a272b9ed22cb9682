'use strict'

// Run by jest.test.js, more than once in one process: each time, jest evaluates the package anew.

const { BeamsError, PushNotifications } = require('beams-native')

const payload = { web: { notification: { title: 'Hello' } } }
const options = { instanceId: 'my-instance', secretKey: 'secret', endpoint: process.env.BEAMS_ENDPOINT }

test('publishes to many users', async () => {
  const beams = new PushNotifications(options)
  const report = await beams.publishToManyUsers(['a', 'b', 'a', ''], payload)
  expect(report).toEqual({
    publishes: [{ publishId: expect.any(String), users: 2 }],
    publishedCount: 2,
    resumedCount: 0,
    duplicateCount: 1,
    failures: [{ users: [''], error: expect.any(BeamsError) }],
  })
})
