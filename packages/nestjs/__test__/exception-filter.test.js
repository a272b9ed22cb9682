'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { Controller, Get, Res, UseFilters } = require('@nestjs/common')
const { APP_FILTER } = require('@nestjs/core')
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
  return new BeamsError('what went wrong', { code, delivery, attempts: 1, cause, ...details })
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

for (const platform of Object.keys(platforms)) {
  describe(`with ${platform}`, () => {
    for (const [code, delivery, status] of cases) {
      test(`${code}, ${delivery}, is ${status}; the reason is only logged`, async (t) => {
        const { url, errors } = await startApplication(
          t,
          { controllers: [createFailing(createError(code, delivery))] },
          { platform, prepare: (app) => app.useGlobalFilters(new BeamsExceptionFilter()) },
        )
        const response = await fetch(url)
        assert.equal(response.status, status)
        assert.equal(response.headers.get('retry-after'), null)
        assert.deepEqual(await response.json(), { code, delivery })
        assert.equal(errors[0][0], `${code}, ${delivery}: what went wrong`)
        assert.match(errors[0][1], /createError/)
      })
    }

    test('the wait that Beams has asked for is passed on', async (t) => {
      const error = createError('ERR_BEAMS_RATE_LIMITED', 'refused', { retryAfter: 1.5 })
      const providers = [{ provide: APP_FILTER, useClass: BeamsExceptionFilter }]
      const { url } = await startApplication(t, { controllers: [createFailing(error)], providers }, { platform })
      assert.equal((await fetch(url)).headers.get('retry-after'), '2')
    })
  })
}

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
