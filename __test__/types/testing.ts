// The fake for unit tests, as programs use it.

import type { BeamsError, PublishResponse, PushNotifications } from 'beams-native'
import { beamsOrFake, fakeBeams, type FakeBeams, type FakeFailure } from 'beams-native/testing'
import { expectTypeOf } from 'expect-type'

/** Code that is tested takes the real client. */
declare function notify(beams: PushNotifications): Promise<void>

export async function use(): Promise<void> {
  const beams: FakeBeams = fakeBeams()
  await notify(beams)
  await notify(fakeBeams({ instanceId: process.env.BEAMS_INSTANCE_ID, timeout: 5 }))
  expectTypeOf(
    beamsOrFake({ instanceId: undefined, secretKey: process.env.BEAMS_SECRET_KEY }),
  ).toEqualTypeOf<PushNotifications>()

  const users: string[] | undefined = beams.publishes()[0]?.users
  const title: string | undefined = beams.publishes()[0]?.web?.notification?.title
  for (const call of beams.calls) {
    if (call.method === 'publishToUsers') {
      expectTypeOf(call.args[0]).toEqualTypeOf<readonly string[]>()
      expectTypeOf(call.result).toEqualTypeOf<PublishResponse | undefined>()
    }
    const error = call.error as BeamsError | undefined
    console.log(users, title, error?.code)
  }
  const failures: FakeFailure[] = [
    { code: 'ERR_BEAMS_TIMEOUT', delivery: 'unknown' },
    { code: 'ERR_BEAMS_RATE_LIMITED', retryAfter: 5 },
    { status: 503 },
  ]
  for (const failure of failures) beams.failNext(failure)
  beams.reset()
  await using other = fakeBeams()
  await other.deleteUser('user-1')

  // @ts-expect-error neither a code nor a status
  beams.failNext({ delivery: 'unknown' })
  // @ts-expect-error a client is closed by `close`
  beams.failNext({ code: 'ERR_BEAMS_CLOSED' })
  // @ts-expect-error no such option
  fakeBeams({ maxRetrys: 0 })
}
