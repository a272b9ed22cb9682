'use strict'

const { EventEmitter, once } = require('node:events')
const { setImmediate } = require('node:timers/promises')
const { Injectable, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { ExpressAdapter } = require('@nestjs/platform-express')
const { FastifyAdapter } = require('@nestjs/platform-fastify')
const { signWebhook } = require('beams-native')

const keys = { instanceId: 'my-instance', secretKey: 'my-key' }

const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() }

/** A class with decorators on it and on its methods, as TypeScript applies them. */
function decorate(Class, classDecorators, methodDecorators = {}) {
  const { prototype } = Class
  for (const method of Reflect.ownKeys(methodDecorators)) {
    for (const each of [methodDecorators[method]].flat())
      each(prototype, method, Object.getOwnPropertyDescriptor(prototype, method))
  }
  for (const each of [classDecorators].flat()) each(Class)
  return Class
}

/** A provider with one method, `handle`, which has a decorator. */
function createListener(decorator, handle, scope) {
  class Listener {
    handle(event) {
      return handle.call(this, event)
    }
  }
  return decorate(Listener, Injectable(scope), { handle: decorator })
}

/** A module of an application. */
function createModule(metadata) {
  return decorate(function AppModule() {}, Module(metadata))
}

/**
 * Starts an application that ends with the test. `errors` are the arguments of Nest's `Logger.error`; `logged` waits until there
 * are as many.
 */
async function startApplication(t, metadata, { platform = 'Express', prepare = () => {}, ...options } = {}) {
  const log = new EventEmitter()
  const errors = []
  const logger = {
    log() {},
    warn() {},
    error: (...parts) => {
      errors.push(parts)
      log.emit('logged')
    },
  }
  const app = await NestFactory.create(createModule(metadata), platforms[platform](), {
    rawBody: true,
    abortOnError: false,
    logger,
    ...options,
  })
  t.after(() => app.close())
  await prepare(app)
  await app.listen(0, '127.0.0.1')
  const logged = async (count) => {
    while (errors.length < count) await once(log, 'logged')
  }
  return { app, errors, logged, url: await app.getUrl() }
}

/** Waits until a condition holds, or the test has timed out: a loop that goes on would keep its process alive. */
async function waitUntil(t, holds) {
  while (!holds()) await setImmediate(undefined, { signal: t.signal })
}

/** The body of an event. */
function createEvent(type = 'v1.UserNotificationOpen', id = 'event-1') {
  const metadata = { event_type: type, event_id: id, created_at: '2026-01-31T10:42:16+0000', product: 'beams' }
  const payload = { instance_id: 'my-instance', publish_id: 'pubid-1', user_id: 'ada' }
  return JSON.stringify({ payload, metadata }, null, 2)
}

const secret = 'hush'

/** Sends an event as the service does. Returns the status. */
async function sendEvent(url, body = createEvent(), signedWith = secret) {
  const response = await fetch(url, { method: 'POST', body, headers: signWebhook(body, signedWith) })
  return response.status
}

module.exports = {
  createEvent,
  createListener,
  createModule,
  decorate,
  keys,
  platforms,
  secret,
  sendEvent,
  startApplication,
  waitUntil,
}
