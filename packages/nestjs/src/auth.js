'use strict'

const { authEndpoint } = require('beams-native/express')
const { respond } = require('./respond.js')

/** The endpoint that gives client SDKs their tokens. */
class BeamsAuth {
  #adapterHost
  #endpoint

  constructor({ auth }, beams, adapterHost) {
    this.#adapterHost = adapterHost
    this.#endpoint = authEndpoint(beams, auth)
  }

  handle(request, response) {
    return respond(this.#adapterHost.httpAdapter, this.#endpoint, request, response)
  }
}

module.exports = { BeamsAuth }
