'use strict'

// Run by jest.test.js, more than once in one process: the package is evaluated again while clients of it are in use.

const { tracingChannel } = require('node:diagnostics_channel')

const payload = { web: { notification: { title: 'Hello' } } }

function connect({ PushNotifications }) {
  return new PushNotifications({ instanceId: 'my-instance', secretKey: 'secret', endpoint: process.env.BEAMS_ENDPOINT })
}

const reloads = {
  resetModules: () => {
    jest.resetModules()
    return require('beams-native')
  },
  isolateModules: () => {
    let loaded
    jest.isolateModules(() => {
      loaded = require('beams-native')
    })
    return loaded
  },
}

for (const [name, reload] of Object.entries(reloads)) {
  describe(name, () => {
    test('leaves an older client and its calls in flight as they were', async () => {
      const old = require('beams-native')
      const beams = connect(old)
      const calls = [
        beams.publishToInterests(['hello'], payload),
        beams.publishToUsers(['a'], payload, { signal: new AbortController().signal }),
        beams.publishToManyUsers(['a', 'b'], payload),
        beams.deleteUser('a'),
      ]
      const fresh = reload()
      expect(fresh.PushNotifications).not.toBe(old.PushNotifications)
      await Promise.all([...calls, connect(fresh).publishToManyUsers(['a'], payload)])
      await expect(beams.publishToUsers(['a'], payload)).resolves.toEqual({ publishId: expect.any(String) })
      await expect(beams.publishToManyUsers(['a'], payload)).resolves.toMatchObject({ publishedCount: 1 })
      await expect(beams.close()).resolves.toBeUndefined()
    })

    test('gives each evaluation a BeamsError of its own', async () => {
      const old = require('beams-native')
      const beams = connect(old)
      const fresh = reload()
      await expect(beams.publishToInterests(['|'], payload)).rejects.toBeInstanceOf(old.BeamsError)
      await expect(connect(fresh).publishToInterests(['|'], payload)).rejects.toBeInstanceOf(fresh.BeamsError)
      await expect(beams.deleteUser('')).rejects.not.toBeInstanceOf(fresh.BeamsError)
    })

    test('has each call traced once', async () => {
      const beams = connect(require('beams-native'))
      reload()
      reload()
      const events = []
      const subscribers = {
        start: ({ operation }) => events.push(['start', operation]),
        asyncEnd: ({ operation }) => events.push(['asyncEnd', operation]),
      }
      const channel = tracingChannel('beams-native:request')
      channel.subscribe(subscribers)
      await beams.publishToUsers(['a'], payload)
      await beams.publishToManyUsers(['a'], payload)
      channel.unsubscribe(subscribers)
      expect(events).toEqual(
        ['publishToUsers', 'publishToManyUsers'].flatMap((each) => [['start', each], ['asyncEnd', each]]), // prettier-ignore
      )
    })
  })
}
