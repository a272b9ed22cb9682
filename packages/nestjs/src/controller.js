'use strict'

const { Controller, Inject, Req, Res } = require('@nestjs/common')

/**
 * Creates a controller class with one route, whose requests an endpoint handles.
 *
 * @param {Function} Endpoint the class of the endpoint, which is also its token
 * @param {Function} Method `Get` or `Post` of Nest
 * @param {{ path: string, decorators?: Function[] }} route
 */
function createController(Endpoint, Method, { path, decorators = [] }) {
  // The name is for Nest's log and errors.
  const name = `${Endpoint.name}Controller`
  const controller = {
    [name]: class {
      constructor(endpoint) {
        this.endpoint = endpoint
      }

      handle(request, response) {
        return this.endpoint.handle(request, response)
      }
    },
  }[name]
  const { prototype } = controller
  Inject(Endpoint)(controller, undefined, 0)
  Method()(prototype, 'handle', Object.getOwnPropertyDescriptor(prototype, 'handle'))
  Req()(prototype, 'handle', 0)
  // Without `passthrough`, so that no interceptor changes a response that client SDKs read.
  Res()(prototype, 'handle', 1)
  for (const decorate of [Controller(path), ...decorators]) decorate(controller)
  return controller
}

module.exports = { createController }
