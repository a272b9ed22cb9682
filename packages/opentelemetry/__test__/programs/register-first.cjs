'use strict'

const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { BeamsInstrumentation } = require('@beams-native/opentelemetry')

const exporter = new InMemorySpanExporter()
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()
registerInstrumentations({ instrumentations: [new BeamsInstrumentation()] })

async function main() {
  const { startEmulator } = require('beams-emulator')
  const { PushNotifications } = require('beams-native')
  const emulator = await startEmulator()
  const beams = new PushNotifications({ instanceId: 'i', secretKey: 'k', endpoint: emulator.url })
  await beams.publishToUsers(['user-1'], { web: { notification: { title: 'Hello' } } })
  await emulator.close()
  const names = exporter.getFinishedSpans().map(({ name }) => name)
  console.log(names.join(' '))
}

main()
