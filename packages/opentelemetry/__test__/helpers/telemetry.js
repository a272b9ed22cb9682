'use strict'

const { SpanKind } = require('@opentelemetry/api')
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics')
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { BeamsInstrumentation } = require('../..')

// For the context manager, of which a process has one. Each test has tracers of its own.
new NodeTracerProvider().register()

/** An instrumentation that ends with the test, a tracer for those who call the client, and what was recorded. */
function instrument(t, config) {
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const instrumentation = new BeamsInstrumentation(config)
  instrumentation.setTracerProvider(tracerProvider)
  instrumentation.setMeterProvider(meterProvider)
  t.after(async () => {
    instrumentation.disable()
    await tracerProvider.shutdown()
    await meterProvider.shutdown()
  })
  const spans = () => spanExporter.getFinishedSpans()
  return {
    instrumentation,
    tracer: tracerProvider.getTracer('application'),
    /** The spans that have ended, in the order in which they ended. */
    spans,
    /** Those of calls. */
    calls: () => spans().filter(({ kind, name }) => kind === SpanKind.INTERNAL && name.startsWith('beams.')),
    /** Those of requests. */
    requests: () => spans().filter(({ kind }) => kind === SpanKind.CLIENT),
    /** The metrics that have values. */
    async metrics() {
      await reader.forceFlush()
      return (
        metricExporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? []
      )
    },
  }
}

module.exports = { instrument }
