'use strict'

const { tracingChannel } = require('node:diagnostics_channel')
const { ValueType, context, isSpanContextValid, trace } = require('@opentelemetry/api')
const { InstrumentationBase } = require('@opentelemetry/instrumentation')
const { METRIC_HTTP_CLIENT_REQUEST_DURATION } = require('@opentelemetry/semantic-conventions')
const { describeRequest } = require('./attributes.js')
const { createSpans } = require('./spans.js')
const { name, version } = require('../package.json')

const requests = tracingChannel('beams-native:request')

/**
 * The boundaries, in seconds, that the conventions ask for.
 * See https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration.
 */
const DURATION_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

class BeamsInstrumentation extends InstrumentationBase {
  constructor(config = {}) {
    super(name, version, config)
  }

  /** There is no module to patch. */
  init() {}

  enable() {
    super.enable()
    // The base class's constructor calls this, so a field with an initializer would be reset afterwards.
    if (this._subscribers !== undefined) return
    const callers = new WeakMap()
    this._subscribers = {
      // The start is published in the context of the caller.
      start: (message) => callers.set(message, context.active()),
      asyncEnd: (message) => {
        const caller = callers.get(message)
        // A call that started before has no caller here.
        if (caller !== undefined) this._record(message, caller)
      },
    }
    requests.subscribe(this._subscribers)
  }

  disable() {
    super.disable()
    if (this._subscribers === undefined) return
    requests.unsubscribe(this._subscribers)
    this._subscribers = undefined
  }

  _updateMetricInstruments() {
    this._durations = this.meter.createHistogram(METRIC_HTTP_CLIENT_REQUEST_DURATION, {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    })
  }

  /** Never throws, because an error thrown by a subscriber ends the process. */
  _record(message, caller) {
    try {
      const { requireParentSpan, responseHook } = this.getConfig()
      const parent = trace.getSpanContext(caller)
      const isTraced = requireParentSpan !== true || (parent !== undefined && isSpanContextValid(parent))
      const runHook = (span) => context.with(caller, () => this._runHook(responseHook, span, message))
      const contexts = isTraced ? createSpans(this.tracer, message, caller, runHook) : []
      for (const [index, request] of (message.requests ?? []).entries()) {
        // The request's context lets exemplars refer to its span.
        this._durations.record(request.duration / 1000, describeRequest(message, request), contexts[index] ?? caller)
      }
    } catch (error) {
      this._diag.error('a call could not be recorded', error)
    }
  }

  _runHook(hook, span, message) {
    if (hook === undefined) return
    const report = (error) => this._diag.error('responseHook has failed', error)
    try {
      // An asynchronous hook type-checks as a function without a result.
      Promise.resolve(hook(span, message)).catch(report)
    } catch (error) {
      report(error)
    }
  }
}

module.exports = { BeamsInstrumentation }
