import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { BeamsInstrumentation } from '@beams-native/opentelemetry'

const exporter = new InMemorySpanExporter()
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()
registerInstrumentations({ instrumentations: [new BeamsInstrumentation()] })

const { startEmulator } = await import('beams-emulator')
const { PushNotifications } = await import('beams-native')
const emulator = await startEmulator()
const beams = new PushNotifications({ instanceId: 'i', secretKey: 'k', endpoint: emulator.url })
await beams.publishToUsers(['user-1'], { web: { notification: { title: 'Hello' } } })
await emulator.close()
const names = exporter.getFinishedSpans().map(({ name }) => name)
console.log(names.join(' '))
