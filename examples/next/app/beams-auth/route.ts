import { authEndpoint } from 'beams-native/fetch'
import { beams } from '../../lib/beams'
import { session } from '../../lib/session'

// The client SDKs ask here who they are: `new TokenProvider({ url: '/beams-auth' })`.
export const GET = (request: Request): Promise<Response> =>
  authEndpoint(beams(), { userId: async () => (await session()).userId })(request)
