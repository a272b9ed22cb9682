'use strict'

const { BeamsInstrumentation } = require('./src/instrumentation.js')

module.exports = { BeamsInstrumentation }
