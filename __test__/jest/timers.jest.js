'use strict'

// Run by jest.test.js: the package must not wait by timers that jest has replaced.

const { PushNotifications } = require('beams-native')

const payload = { web: { notification: { title: 'Hello' } } }
const options = { instanceId: 'my-instance', secretKey: 'secret', endpoint: process.env.BEAMS_ENDPOINT }

test('is stopped while a generator is idle, whatever jest has made of the timers', async () => {
  jest.useFakeTimers()
  const controller = new AbortController()
  async function* users() {
    yield 'a'
    controller.abort()
    await new Promise(() => {})
  }
  const call = new PushNotifications(options).publishToManyUsers(users(), payload, { signal: controller.signal })
  await expect(call).rejects.toMatchObject({ code: 'ERR_BEAMS_INTERRUPTED', remaining: ['a'] })
  jest.useRealTimers()
})

test('reads thousands of users from an array, whatever jest has made of the timers', async () => {
  jest.useFakeTimers()
  const users = Array.from({ length: 2500 }, (_, index) => `user-${index}`)
  await expect(new PushNotifications(options).publishToManyUsers(users, payload)).resolves.toMatchObject({
    publishedCount: 2500,
  })
  jest.useRealTimers()
})
