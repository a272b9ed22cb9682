import { session } from '../../lib/session'

// Stands for your own login.
export async function POST(request: Request): Promise<Response> {
  const { userId } = await request.json()
  if (typeof userId !== 'string' || userId === '') return new Response(null, { status: 400 })
  const current = await session()
  current.userId = userId
  await current.save()
  return new Response(null, { status: 204 })
}
