import type { NextRequest } from 'next/server'
import { beams } from '../../lib/beams'
import { session } from '../../lib/session'

// The client SDKs ask here who they are: `new TokenProvider({ url: '/beams-auth' })`.
export async function GET(request: NextRequest): Promise<Response> {
  const { userId } = await session()
  const asked = request.nextUrl.searchParams.getAll('user_id')
  if (userId === undefined || asked.length !== 1 || asked[0] !== userId) {
    return Response.json({ error: 'Unauthorized', description: 'Log in as this user first' }, { status: 401 })
  }
  return Response.json({ token: beams().generateToken(userId) })
}
