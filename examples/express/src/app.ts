import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler, type Express, type Request } from 'express'
import session from 'express-session'
import { BeamsError, type PushNotifications } from 'beams-native'
import { authEndpoint, seenInMemory, webhookEndpoint, type WebhookHandlers } from 'beams-native/express'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

export interface AppOptions {
  sessionSecret: string
  webhookSecret: string
  /** What the page in `public/` needs to find Beams. */
  page: { instanceId: string; endpoint: string | undefined }
  /** Called once for each event of a webhook. In several processes, share what was seen. */
  onEvent: WebhookHandlers
}

export function createApp(
  beams: PushNotifications,
  { sessionSecret, webhookSecret, page, onEvent }: AppOptions,
): Express {
  const app = express()

  // Before `express.json()`: a webhook's signature is over its bytes, not over what a parser makes of them.
  app.post('/webhooks/beams', webhookEndpoint({ secret: webhookSecret, seen: seenInMemory() }, onEvent))

  app.use(express.json())
  app.use(session({ secret: sessionSecret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))

  // Stands for your own login.
  app.post('/login', (request, response) => {
    const { userId } = request.body
    if (typeof userId !== 'string' || userId === '') return void response.sendStatus(400)
    request.session.userId = userId
    response.sendStatus(204)
  })

  // The client SDKs ask here who they are: `new TokenProvider({ url: '/beams-auth' })`.
  app.get('/beams-auth', authEndpoint(beams, { userId: (request: Request) => request.session.userId }))

  app.post('/orders/:order/shipped', async (request, response) => {
    const { userId } = request.session
    if (userId === undefined) return void response.sendStatus(401)
    const { publishId } = await beams.publishToUsers([userId], {
      apns: {
        aps: { alert: { title: 'Your order has shipped', body: `Order ${request.params.order} is on its way.` } },
      },
      fcm: { notification: { title: 'Your order has shipped', body: `Order ${request.params.order} is on its way.` } },
      web: { notification: { title: 'Your order has shipped', body: `Order ${request.params.order} is on its way.` } },
    })
    response.status(202).json({ publishId })
  })

  app.use(express.static(fileURLToPath(new URL('../public', import.meta.url))))
  app.use('/sdk', express.static(dirname(fileURLToPath(import.meta.resolve('@pusher/push-notifications-web')))))
  app.get('/beams.json', (_request, response) => void response.json(page))
  app.get('/service-worker.js', (_request, response) => void response.type('js').send(serviceWorker(page.endpoint)))

  app.use(respondWithBeamsError)
  return app
}

/** What browsers run in the background: Beams' own. It reports to the same place as the page. */
function serviceWorker(endpoint: string | undefined): string {
  const override = endpoint && `\nself.PusherPushNotifications.endpointOverride = ${JSON.stringify(endpoint)}`
  return `importScripts('https://js.pusher.com/beams/service-worker.js')${override ?? ''}\n`
}

/** What went wrong with Beams is a gateway's failure to our own clients; `delivery` says whether they may try again. */
const respondWithBeamsError: ErrorRequestHandler = (error, _request, response, next) => {
  if (!(error instanceof BeamsError)) return next(error)
  console.error(error)
  const status = error.code === 'ERR_BEAMS_INVALID_ARGUMENT' ? 400 : error.delivery === 'unknown' ? 504 : 503
  response.status(status).json({ code: error.code, delivery: error.delivery })
}
