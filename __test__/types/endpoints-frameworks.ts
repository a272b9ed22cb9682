// The endpoints fit what each framework takes.

import connect = require('connect')
import express = require('express')
import express4 = require('express-4')
import Koa = require('koa')
import { fastify } from 'fastify'
import { Hono } from 'hono'
import type { PushNotifications } from 'beams-native'
import * as node from 'beams-native/express'
import * as web from 'beams-native/fetch'

declare const beams: PushNotifications
declare const secret: string

declare global {
  namespace Express {
    interface Request {
      user?: { id: string }
    }
  }
}

export function mountOnExpress5(app: express.Express, router: express.Router): void {
  app.get('/beams-auth', node.authEndpoint(beams, { userId: (request: express.Request) => request.user?.id }))
  app.post('/webhooks/beams', express.json(), node.webhookEndpoint({ secret }, {}))
  router.use(node.authEndpoint<express.Request>(beams, { userId: (request) => request.user?.id }))
  const handler: express.RequestHandler = node.webhookEndpoint({ secret }, {})
  router.route('/').post(handler)
}

export function mountOnExpress4(app: express4.Express, router: express4.Router): void {
  app.get('/beams-auth', node.authEndpoint(beams, { userId: (request: express4.Request) => request.user?.id }))
  app.post('/webhooks/beams', express4.json(), node.webhookEndpoint({ secret }, {}))
  router.use(node.authEndpoint<express4.Request>(beams, { userId: (request) => request.user?.id }))
  const handler: express4.RequestHandler = node.webhookEndpoint({ secret }, {})
  router.route('/').post(handler)
}

export function mountOnConnect(app: connect.Server): void {
  app.use(
    '/beams-auth',
    node.authEndpoint(beams, { userId: (request: connect.IncomingMessage) => request.originalUrl }),
  )
  app.use('/webhooks/beams', node.webhookEndpoint({ secret }, {}))
}

const hono = new Hono<{ Variables: { userId: string } }>()
hono.get('/beams-auth', (c) => web.authEndpoint(beams, { userId: () => c.get('userId') })(c.req.raw))
const webhook = web.webhookEndpoint({ secret }, {})
hono.post('/webhooks/beams', (c) => webhook(c.req.raw))

const app = fastify()
app.get('/beams-auth', ({ url, headers }) => {
  const auth = web.authEndpoint(beams, { userId: () => headers.authorization })
  return auth(new Request(new URL(url, 'http://localhost')))
})

new Koa().use(async (context) => {
  const auth = web.authEndpoint(beams, { userId: () => context.cookies.get('user') })
  context.body = await auth(new Request(context.href))
})
