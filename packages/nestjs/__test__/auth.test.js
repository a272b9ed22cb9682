'use strict'

const { test, describe } = require('node:test')
const assert = require('node:assert/strict')
const { UnauthorizedException, UseGuards } = require('@nestjs/common')
const { APP_INTERCEPTOR } = require('@nestjs/core')
const { BeamsModule } = require('..')
const { keys, platforms, startApplication } = require('./helpers/application.js')

/** Stands for the session: the user of a header. */
const userId = ({ headers }) => headers.user

/** Starts an application with the auth endpoint. Returns a function that asks it for a token. */
async function startWithAuth(t, auth, { providers = [], ...options } = {}) {
  const module = BeamsModule.forRoot({ ...keys, auth: { path: 'beams-auth', userId, ...auth } })
  const { url, errors } = await startApplication(t, { imports: [module], providers }, options)
  const ask = (query, headers) => fetch(`${url}/beams-auth${query}`, { headers })
  return { ask, errors }
}

const readSubject = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub

for (const platform of Object.keys(platforms)) {
  describe(`with ${platform}`, () => {
    test('a user who is logged in gets a token, which is not cached', async (t) => {
      const { ask } = await startWithAuth(t, {}, { platform })
      const response = await ask('?user_id=ada', { user: 'ada' })
      assert.deepEqual([response.status, response.headers.get('cache-control')], [200, 'no-store'])
      assert.match(response.headers.get('content-type'), /^application\/json/)
      assert.equal(readSubject((await response.json()).token), 'ada')
    })

    for (const [what, query, headers, status, error] of [
      ['nobody is logged in', '?user_id=ada', {}, 401, 'Unauthorized'],
      ['it asks for the token of another user', '?user_id=grace', { user: 'ada' }, 403, 'Forbidden'],
      ['it names no user', '', { user: 'ada' }, 400, 'Bad Request'],
    ]) {
      test(`a request is refused with ${status} if ${what}, and says why`, async (t) => {
        const { ask } = await startWithAuth(t, {}, { platform })
        const response = await ask(query, headers)
        const body = await response.json()
        assert.deepEqual([response.status, body.error], [status, error])
        assert.notEqual(body.description, '')
      })
    }

    test('the response has the headers for CORS', async (t) => {
      const prepare = (app) => app.enableCors({ origin: 'https://example.com', credentials: true })
      const { ask } = await startWithAuth(t, {}, { platform, prepare })
      const { headers } = await ask('?user_id=ada', { user: 'ada', origin: 'https://example.com' })
      assert.equal(headers.get('access-control-allow-origin'), 'https://example.com')
      assert.equal(headers.get('access-control-allow-credentials'), 'true')
    })

    test('guards come before, and userId sees what they have found out', async (t) => {
      const guard = {
        canActivate: (context) => {
          const request = context.switchToHttp().getRequest()
          request.user = request.headers.authorization && { id: request.headers.authorization }
          return request.user !== undefined
        },
      }
      const decorators = [UseGuards(guard)]
      const { ask } = await startWithAuth(t, { decorators, userId: ({ user }) => user.id }, { platform })
      assert.equal((await ask('?user_id=ada')).status, 403)
      const response = await ask('?user_id=ada', { authorization: 'ada' })
      assert.equal(readSubject((await response.json()).token), 'ada')
    })

    test('what userId throws is handled by Nest', async (t) => {
      const failures = [new UnauthorizedException('log in again'), new Error('the database is down')]
      const { ask, errors } = await startWithAuth(t, { userId: () => Promise.reject(failures.shift()) }, { platform })
      const unauthorized = await ask('?user_id=ada')
      assert.deepEqual([unauthorized.status, (await unauthorized.json()).message], [401, 'log in again'])
      const failed = await ask('?user_id=ada')
      assert.deepEqual(await failed.json(), { statusCode: 500, message: 'Internal server error' })
      assert.match(String(errors[0][0]), /the database is down/)
    })
  })
}

test('interceptors do not change the response, which client SDKs read', async (t) => {
  const { map } = require('rxjs')
  const wrap = { intercept: (_context, next) => next.handle().pipe(map((data) => ({ data }))) }
  const providers = [{ provide: APP_INTERCEPTOR, useValue: wrap }]
  const { ask } = await startWithAuth(t, {}, { providers })
  const response = await ask('?user_id=ada', { user: 'ada' })
  assert.deepEqual(Object.keys(await response.json()), ['token'])
})

test('an application does not start without a userId', async (t) => {
  await assert.rejects(startWithAuth(t, { userId: undefined }), /the option userId is required/)
})
