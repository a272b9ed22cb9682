import type { NextRequest } from 'next/server'
import { respondWithBeamsError, beams } from '../../../../lib/beams'
import { session } from '../../../../lib/session'

export async function POST(
  _request: NextRequest,
  { params }: { params: Promise<{ order: string }> },
): Promise<Response> {
  const { userId } = await session()
  if (userId === undefined) return new Response(null, { status: 401 })
  const [title, body] = ['Your order has shipped', `Order ${(await params).order} is on its way.`]
  try {
    const { publishId } = await beams().publishToUsers([userId], {
      apns: { aps: { alert: { title, body } } },
      fcm: { notification: { title, body } },
      web: { notification: { title, body } },
    })
    return Response.json({ publishId }, { status: 202 })
  } catch (error) {
    return respondWithBeamsError(error)
  }
}
