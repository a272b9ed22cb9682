'use strict'

// The two endpoints in each framework that they are for, behind one way to send a request.

const http = require('node:http')
const connect = require('connect')
const express = require('express')
const express4 = require('express-4')
const fastify = require('fastify')
const { Hono } = require('hono')
const Koa = require('koa')
const node = require('../../express.js')
const web = require('../../fetch.js')
const { listen } = require('./servers.js')

const [AUTH, WEBHOOK] = ['/beams-auth', '/webhooks/beams']

/** Starts a server that ends with the test. Returns a function that sends requests to it. */
async function startHost(t, server) {
  await listen(t, server)
  const { port } = server.address()
  return Object.assign((path, init) => fetch(`http://127.0.0.1:${port}${path}`, init), { port })
}

/** Connect and everything made like it. */
function mount(create) {
  return (t, { auth, webhook }) => {
    const app = create()
    if (auth) app.use(AUTH, node.authEndpoint(...auth))
    if (webhook) app.use(WEBHOOK, node.webhookEndpoint(...webhook))
    return startHost(t, http.createServer(app))
  }
}

/** The endpoint that a path leads to, of `beams-native/fetch`. */
function createFetch({ auth, webhook }) {
  const endpoints = {
    [AUTH]: auth && web.authEndpoint(...auth),
    [WEBHOOK]: webhook && web.webhookEndpoint(...webhook),
  }
  return (request) => endpoints[new URL(request.url).pathname](request)
}

const nodeHosts = {
  'node:http': (t, { auth, webhook }) => {
    const endpoints = {
      [AUTH]: auth && node.authEndpoint(...auth),
      [WEBHOOK]: webhook && node.webhookEndpoint(...webhook),
    }
    const server = http.createServer((request, response) => endpoints[request.url.split('?')[0]](request, response))
    return startHost(t, server)
  },
  Connect: mount(connect),
  'Express 4': mount(express4),
  'Express 5': mount(express),
}

const fetchHosts = {
  'Request → Response': (_t, options) => {
    const handle = createFetch(options)
    return async (path, init) => handle(new Request(`http://localhost${path}`, { ...init, duplex: 'half' }))
  },
  Hono: (_t, options) => {
    const handle = createFetch(options)
    const app = new Hono()
    app.all(AUTH, (context) => handle(context.req.raw))
    app.all(WEBHOOK, (context) => handle(context.req.raw))
    return async (path, init) => app.request(path, { ...init, duplex: 'half' })
  },
  // As in docs/endpoints.md: the session is the framework's own, and the webhook's body is left to the endpoint.
  Koa: (t, { auth, webhook }) => {
    const handle = webhook && node.webhookEndpoint(...webhook)
    const app = new Koa()
    app.use(async (context, next) => {
      if (context.path !== WEBHOOK) return next()
      context.respond = false
      await handle(context.req, context.res)
    })
    app.use(async (context) => {
      const [client, { userId }] = auth
      const authenticate = web.authEndpoint(client, { userId: () => userId(context) })
      context.body = await authenticate(new Request(context.href, { method: context.method }))
    })
    return startHost(t, http.createServer(app.callback()))
  },
  Fastify: async (t, { auth, webhook }) => {
    const app = fastify()
    app.all(AUTH, (request) => {
      const [client, { userId }] = auth
      const { url, method } = request
      const authenticate = web.authEndpoint(client, { userId: () => userId(request) })
      return authenticate(new Request(new URL(url, 'http://localhost'), { method }))
    })
    await app.register(async (scope) => {
      const handle = webhook && node.webhookEndpoint(...webhook)
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      scope.all(WEBHOOK, (request, reply) => handle(request.raw, reply.hijack().raw))
    })
    await app.ready()
    return startHost(t, app.server)
  },
  // As API Gateway calls a function: with the whole body, as text or in base64.
  Lambda: (_t, options) => {
    const handle = createFetch(options)
    const handler = async ({ rawPath, rawQueryString, requestContext, headers, body, isBase64Encoded }) => {
      const { method } = requestContext.http
      const bytes = body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
      const url = `https://${requestContext.domainName}${rawPath}?${rawQueryString}`
      const response = await handle(new Request(url, { method, headers, body: bytes }))
      const responseHeaders = Object.fromEntries(response.headers)
      return { statusCode: response.status, headers: responseHeaders, body: await response.text() }
    }
    return async (path, init) => {
      const request = new Request(`http://localhost${path}`, { ...init, duplex: 'half' })
      const { pathname, search } = new URL(request.url)
      const text = await request.text()
      const result = await handler({
        rawPath: pathname,
        rawQueryString: search.slice(1),
        requestContext: { domainName: 'lambda.example', http: { method: request.method } },
        headers: Object.fromEntries(request.headers),
        body: text === '' ? undefined : Buffer.from(text).toString('base64'),
        isBase64Encoded: true,
      })
      const body = result.body === '' ? null : result.body
      return new Response(body, { status: result.statusCode, headers: result.headers })
    }
  },
}

/** A header of what a framework's `userId` gets. */
function getHeader({ headers }, name) {
  return typeof headers.get === 'function' ? (headers.get(name) ?? undefined) : headers[name]
}

module.exports = { AUTH, WEBHOOK, fetchHosts, getHeader, nodeHosts, startHost }
