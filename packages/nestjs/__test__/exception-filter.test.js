'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const { Controller, Get, Res, UseFilters } = require('@nestjs/common')
const { APP_FILTER } = require('@nestjs/core')
const { ExecutionContextHost } = require('@nestjs/core/helpers/execution-context-host')
const { firstValueFrom } = require('rxjs')
const { BeamsError } = require('beams-native')
const { BeamsExceptionFilter } = require('..')
const { decorate, platforms, startApplication } = require('./helpers/application.js')

/** A controller whose route throws an error. */
function createFailing(error) {
  class FailingController {
    fail() {
      throw error
    }
  }
  return decorate(FailingController, Controller(), { fail: Get() })
}

function createError(code, delivery, details) {
  const cause = new Error('connect ECONNREFUSED 10.1.2.3:443')
  return new BeamsError('users[0] is too long: ada', { code, delivery, attempts: 1, cause, ...details })
}

const cases = [
  ['ERR_BEAMS_INVALID_ARGUMENT', 'not-sent', 400],
  ['ERR_BEAMS_UNPROCESSABLE', 'refused', 422],
  ['ERR_BEAMS_WEBHOOK_SIGNATURE', 'not-sent', 401],
  ['ERR_BEAMS_WEBHOOK_PAYLOAD', 'not-sent', 400],
  ['ERR_BEAMS_UNAUTHORIZED', 'refused', 503],
  ['ERR_BEAMS_RATE_LIMITED', 'refused', 503],
  ['ERR_BEAMS_SERVER', 'refused', 503],
  ['ERR_BEAMS_SERVER', 'unknown', 504],
  ['ERR_BEAMS_TIMEOUT', 'not-sent', 503],
  ['ERR_BEAMS_TIMEOUT', 'unknown', 504],
  ['ERR_BEAMS_CONNECTION', 'not-sent', 503],
  ['ERR_BEAMS_CLOSED', 'not-sent', 503],
]

/** The statuses of Beams for which the code is one of an argument, and others that the client retries. */
const responses = [
  [400, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 400],
  [413, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 400],
  [405, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 503],
  [408, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 503],
  [425, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 503],
  [429, 'ERR_BEAMS_RATE_LIMITED', 'refused', 503],
  [503, 'ERR_BEAMS_SERVER', 'refused', 503],
  // After an attempt that may have been processed.
  [400, 'ERR_BEAMS_INVALID_ARGUMENT', 'unknown', 504],
  [408, 'ERR_BEAMS_INVALID_ARGUMENT', 'unknown', 504],
  [422, 'ERR_BEAMS_UNPROCESSABLE', 'unknown', 504],
]

for (const platform of Object.keys(platforms)) {
  describe(`with ${platform}`, () => {
    for (const [code, delivery, status] of cases) {
      test(`${code}, ${delivery}, is ${status}; neither the response nor the log quotes arguments`, async (t) => {
        const { url, errors } = await startApplication(
          t,
          { controllers: [createFailing(createError(code, delivery))] },
          { platform, prepare: (app) => app.useGlobalFilters(new BeamsExceptionFilter()) },
        )
        const response = await fetch(url)
        assert.equal(response.status, status)
        assert.equal(response.headers.get('retry-after'), null)
        assert.deepEqual(await response.json(), { code, delivery })
        assert.deepEqual(errors, [[`${code}, ${delivery}`, undefined, 'BeamsExceptionFilter']])
      })
    }

    test('the wait that Beams has asked for is passed on', async (t) => {
      const error = createError('ERR_BEAMS_RATE_LIMITED', 'refused', { retryAfter: 1.5 })
      const providers = [{ provide: APP_FILTER, useClass: BeamsExceptionFilter }]
      const { url } = await startApplication(t, { controllers: [createFailing(error)], providers }, { platform })
      assert.equal((await fetch(url)).headers.get('retry-after'), '2')
    })

    test('a response that has begun is ended', async (t) => {
      class ExportController {
        fail(response) {
          response.hijack?.()
          const { raw = response } = response
          raw.writeHead(200, { 'Content-Type': 'text/csv' })
          raw.write('first\n')
          throw createError('ERR_BEAMS_TIMEOUT', 'unknown')
        }
      }
      decorate(ExportController, [Controller(), UseFilters(BeamsExceptionFilter)], { fail: Get() })
      Res()(ExportController.prototype, 'fail', 0)
      const { url } = await startApplication(t, { controllers: [ExportController] }, { platform })
      const response = await fetch(url, { signal: t.signal })
      assert.deepEqual([response.status, await response.text()], [200, 'first\n'])
    })
  })
}

for (const [status, code, delivery, expected] of responses) {
  test(`a ${status} of Beams, ${delivery}, is ${expected}`, async (t) => {
    const controller = decorate(
      createFailing(createError(code, delivery, { status })),
      UseFilters(BeamsExceptionFilter),
    )
    const { url } = await startApplication(t, { controllers: [controller] })
    assert.equal((await fetch(url)).status, expected)
  })
}

test('the status of the response of Beams is logged', async (t) => {
  const error = createError('ERR_BEAMS_SERVER', 'unknown', { status: 502 })
  const controller = decorate(createFailing(error), UseFilters(BeamsExceptionFilter))
  const { url, errors } = await startApplication(t, { controllers: [controller] })
  await fetch(url)
  assert.equal(errors[0][0], 'ERR_BEAMS_SERVER, unknown, status 502')
})

/** Passes an error to the filter as Nest does for a type of request. */
function filter(type, args, error) {
  const host = new ExecutionContextHost(args)
  host.setType(type)
  return new BeamsExceptionFilter().catch(error, host)
}

const timeout = createError('ERR_BEAMS_TIMEOUT', 'unknown')
const failure = { code: 'ERR_BEAMS_TIMEOUT', delivery: 'unknown' }

test('the caller of a microservice gets the code and the delivery as an error', async () => {
  await assert.rejects(firstValueFrom(filter('rpc', [], timeout)), (error) => {
    assert.deepEqual(error, failure)
    return true
  })
})

test('the client of a gateway gets the code and the delivery as an exception', async () => {
  const client = new EventEmitter()
  const received = once(client, 'exception')
  filter('ws', [client], timeout)
  assert.deepEqual(await received, [failure])
})

test('an error in GraphQL is left to its server', () => {
  assert.throws(() => filter('graphql', [], timeout), timeout)
})

test('other errors are left to Nest', async (t) => {
  const controller = decorate(createFailing(new Error('other')), UseFilters(BeamsExceptionFilter))
  const { url } = await startApplication(t, { controllers: [controller] })
  assert.deepEqual(await (await fetch(url)).json(), { statusCode: 500, message: 'Internal server error' })
})

test('a response that was sent already stays as it is', async (t) => {
  class StreamingController {
    fail(response) {
      response.send('first')
      throw createError('ERR_BEAMS_SERVER', 'unknown')
    }
  }
  decorate(StreamingController, [Controller(), UseFilters(BeamsExceptionFilter)], { fail: Get() })
  Res()(StreamingController.prototype, 'fail', 0)
  for (const platform of Object.keys(platforms)) {
    const { url } = await startApplication(t, { controllers: [StreamingController] }, { platform })
    const response = await fetch(url)
    assert.deepEqual([response.status, await response.text()], [200, 'first'])
  }
})
