// API Gateway on your own machine, as far as this function needs it: `npm start`. The user is the bearer token.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda'
import { handler } from './handler.js'

const TIMEOUT = Number(process.env.TIMEOUT ?? 10_000)

const routes = [
  { method: 'GET', path: /^\/beams-auth$/, routeKey: 'GET /beams-auth' },
  { method: 'POST', path: /^\/orders\/(?<order>[^/]+)\/shipped$/, routeKey: 'POST /orders/{order}/shipped' },
]

const server = createServer(async (request, response) => {
  const deadline = Date.now() + TIMEOUT
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const route = routes.find(({ method, path }) => method === request.method && path.test(pathname))
  const [, user] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  if (!route || !user) return void response.writeHead(route ? 401 : 404).end()
  const event = {
    routeKey: route.routeKey,
    pathParameters: { ...route.path.exec(pathname)?.groups },
    // API Gateway puts commas between values of one name.
    queryStringParameters: Object.fromEntries(
      [...searchParams.keys()].map((name) => [name, searchParams.getAll(name).join()]),
    ),
    requestContext: { authorizer: { jwt: { claims: { sub: user }, scopes: [] } } },
  } as unknown as APIGatewayProxyEventV2WithJWTAuthorizer
  const { statusCode, headers, body } = await handler(event, { getRemainingTimeInMillis: () => deadline - Date.now() })
  response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body)
})

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
