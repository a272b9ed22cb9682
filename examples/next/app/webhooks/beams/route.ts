import { after } from 'next/server'
import { seenInMemory, webhookEndpoint } from 'beams-native/fetch'

// In several processes, remember what was seen in a store that they share.
const options = { secret: process.env.BEAMS_WEBHOOK_SECRET!, seen: seenInMemory(), after }

export const POST = webhookEndpoint(options, ({ eventType, payload }) =>
  console.log(eventType, JSON.stringify(payload)),
)
