import {
  startEmulator,
  type Delivery,
  type Emulator,
  type FailedRequest,
  type Fault,
  type ReceivedPublish,
  type RegisteredDevice,
} from 'beams-emulator'

async function use(): Promise<void> {
  const emulator: Emulator = await startEmulator({
    port: 0,
    strict: false,
    rateLimit: true,
    allowedHosts: ['beams.test'],
    allowedOrigins: ['http://localhost:3000'],
    tls: true,
    webhooks: [{ url: 'http://127.0.0.1/', secret: 's', events: ['v1.UserNotificationOpen'], customData: { a: 1 } }],
    webhookRetryDelays: [1, 2],
  })
  const publish: ReceivedPublish = await emulator.waitForPublish(({ users }) => users?.includes('u'), { timeout: 1000 })
  const outcomes: Delivery['outcome'][] = emulator.deliveries().map(({ outcome }) => outcome)
  const fault: Fault = { status: 503, operation: 'publishToUsers', times: 2, afterwards: true, body: 'html' }
  emulator.failNext(fault)
  const device: string = emulator.addDevice({ platform: 'web', userId: 'u', interests: ['a'], instanceId: 'i' }).id
  await emulator.waitForPublish(async ({ interests }) => interests?.includes(device))
  const id: string = emulator.addWebhook({ url: 'http://127.0.0.1/', secret: 's' })
  const removed: boolean = emulator.removeWebhook(id)
  const states: ('waiting' | 'delivered' | 'dropped')[] = emulator.webhooks().requests.map(({ state }) => state)
  const platform: 'apns' | 'fcm' | 'web' | undefined = emulator.devices()[0]?.platform
  const sentences: string[] = emulator.explain(publish.publishId)?.missed.map(({ message }) => message) ?? []
  const statuses: (number | undefined)[] = emulator.failedRequests().map(({ status }) => status)
  const resent: boolean = emulator.resendWebhook(id)
  emulator.clear()
  emulator.reset()
  await emulator.close()
  console.log(publish.publishId, outcomes, removed, states, platform, sentences, statuses, resent)

  // The keys are always there, and their values may be undefined, also under exactOptionalPropertyTypes.
  const failed: FailedRequest = {
    id,
    operation: undefined,
    method: 'GET',
    path: '/',
    instanceId: undefined,
    receivedAt: '',
    status: undefined,
    error: undefined,
    description: '',
    fault: undefined,
    publish: undefined,
  }
  const registered: Partial<RegisteredDevice> = { bundleIdentifier: undefined, userId: undefined }
  const delivered: Partial<Delivery> = { userId: undefined, acknowledgedAt: undefined, openedAt: undefined }
  const title: unknown = publish.web?.notification?.title
  console.log(failed, registered, delivered, title)

  // @ts-expect-error: a misspelt platform
  console.log(publish.wep.notification)
  // @ts-expect-error: a misspelt member of a payload
  console.log(publish.web?.notificatoin.title)
  // @ts-expect-error: the type of a title is not known
  console.log(publish.web?.notification?.title.length)
  // @ts-expect-error: an unknown operation
  emulator.failNext({ status: 500, operation: 'publish' })
  // @ts-expect-error: a webhook needs a secret
  emulator.addWebhook({ url: 'http://127.0.0.1/' })
  // @ts-expect-error: secrets are not shown
  console.log(emulator.webhooks().configured[0]?.secret)
}

void use
