'use strict'

const { BeamsExceptionFilter } = require('./src/exception-filter.js')
const { BeamsHealthIndicator } = require('./src/health-indicator.js')
const { BeamsModule } = require('./src/module.js')
const { InjectBeams, getBeamsToken } = require('./src/client-token.js')
const { OnBeamsEvent } = require('./src/event-decorator.js')

module.exports = { BeamsExceptionFilter, BeamsHealthIndicator, BeamsModule, InjectBeams, OnBeamsEvent, getBeamsToken }
