// The instrumentation as its users write it.

import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { registerInstrumentations, type Instrumentation } from '@opentelemetry/instrumentation'
import type { Span } from '@opentelemetry/api'
import { BeamsInstrumentation, type BeamsInstrumentationConfig } from '@beams-native/opentelemetry'

const config: BeamsInstrumentationConfig = {
  enabled: true,
  requireParentSpan: true,
  responseHook: (span: Span, message) => {
    const attempts: number | undefined = message.attempts
    span.setAttribute('attempts', attempts ?? 0)
    span.setAttribute('statuses', message.requests?.map(({ status }) => status ?? 0) ?? [])
  },
}

const instrumentation: Instrumentation<BeamsInstrumentationConfig> = new BeamsInstrumentation(config)
const provider = new NodeTracerProvider()
const unregister: () => void = registerInstrumentations({
  instrumentations: [
    instrumentation,
    new BeamsInstrumentation(),
    new BeamsInstrumentation({ responseHook: undefined }),
  ],
  tracerProvider: provider,
})
unregister()
instrumentation.disable()
instrumentation.enable()

// @ts-expect-error it is no hook
void new BeamsInstrumentation({ responseHook: true })
// @ts-expect-error there is no such option
void new BeamsInstrumentation({ requestHook: () => {} })
