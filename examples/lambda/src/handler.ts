// Behind an HTTP API of API Gateway, with a JWT authorizer that knows who the user is.
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { BeamsError, PushNotifications } from 'beams-native'

// Outside the handler: one client, and its connections, for all the invocations of this instance of the function.
const beams = new PushNotifications({
  instanceId: process.env.BEAMS_INSTANCE_ID!,
  secretKey: process.env.BEAMS_SECRET_KEY!,
  endpoint: process.env.BEAMS_ENDPOINT,
})

// The time that remains to respond once Beams has taken too long.
const RESERVE = 500

export async function handler(
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<APIGatewayProxyStructuredResultV2> {
  const userId = event.requestContext.authorizer.jwt.claims.sub
  if (typeof userId !== 'string') return json(401, { error: 'Unauthorized' })
  try {
    switch (event.routeKey) {
      case 'GET /beams-auth':
        return authenticate(userId, event.queryStringParameters?.user_id)
      case 'POST /orders/{order}/shipped':
        return await notifyOfShipping(userId, event.pathParameters?.order ?? '', context)
      default:
        return json(404, { error: 'Not found' })
    }
  } catch (error) {
    return respondWithError(error)
  }
}

/** The client SDKs ask here who they are. */
function authenticate(userId: string, asked: string | undefined): APIGatewayProxyStructuredResultV2 {
  if (asked !== userId) return json(401, { error: 'Unauthorized', description: 'Log in as this user first' })
  return json(200, { token: beams.generateToken(userId) })
}

async function notifyOfShipping(
  userId: string,
  order: string,
  { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<APIGatewayProxyStructuredResultV2> {
  const [title, body] = ['Your order has shipped', `Order ${order} is on its way.`]
  const { publishId } = await beams.publishToUsers(
    [userId],
    {
      apns: { aps: { alert: { title, body } } },
      fcm: { notification: { title, body } },
      web: { notification: { title, body } },
    },
    // A function that times out sends no response, and does not know what became of its publish.
    { timeout: Math.max(1, getRemainingTimeInMillis() - RESERVE), maxRetries: 0 },
  )
  return json(202, { publishId })
}

/** `delivery` says whether our own clients may try again. */
function respondWithError(error: unknown): APIGatewayProxyStructuredResultV2 {
  if (!(error instanceof BeamsError)) throw error
  console.error(error)
  return json(error.delivery === 'unknown' ? 504 : 503, { code: error.code, delivery: error.delivery })
}

function json(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
