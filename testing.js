'use strict'

const { beamsOrFake, fakeBeams } = require('./lib/testing.js')

module.exports = { beamsOrFake, fakeBeams }
