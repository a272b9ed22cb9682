'use strict'

// Run by jest.test.js: jest gives every test file globals of its own, so arrays and errors here are not Node's.

const { PushNotifications, BeamsError } = require('beams-native')
const Compat = require('beams-native/compat')

const payload = { web: { notification: { title: 'Hello' } } }
const options = { instanceId: 'my-instance', secretKey: 'secret', endpoint: process.env.BEAMS_ENDPOINT }

for (const [name, Client] of Object.entries({ PushNotifications, Compat })) {
  describe(name, () => {
    const beams = new Client(options)

    test('publishes to arrays of this realm', async () => {
      await expect(beams.publishToUsers(['user-1'], payload)).resolves.toEqual({ publishId: expect.any(String) })
      await expect(beams.publishToInterests(['hello'], payload)).resolves.toEqual({ publishId: expect.any(String) })
    })

    test('rejects with errors that compare as they should', async () => {
      const call = beams.publishToUsers(undefined, payload)
      await expect(call).rejects.toBeInstanceOf(BeamsError)
      await expect(call).rejects.toEqual(new Error('users argument is required'))
      await expect(beams.deleteUser()).rejects.toThrow('User ID argument is required')
    })

    test('can be spied on', async () => {
      const spy = jest.spyOn(Client.prototype, 'publishToUsers').mockResolvedValue({ publishId: 'mocked' })
      await expect(beams.publishToUsers(['user-1'], payload)).resolves.toEqual({ publishId: 'mocked' })
      spy.mockRestore()
      await expect(beams.publishToUsers(['user-1'], payload)).resolves.not.toEqual({ publishId: 'mocked' })
    })
  })
}
