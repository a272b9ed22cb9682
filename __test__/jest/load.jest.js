'use strict'

// Run by jest.test.js, which looks at what is left open.

test('the package is loaded, and a client is made and used without a call', () => {
  const { PushNotifications } = require('beams-native')
  const beams = new PushNotifications({ instanceId: 'my-instance', secretKey: 'secret' })
  expect(typeof beams.generateToken('user-1')).toBe('string')
})
