// Not only assignable: exactly these types, for both entries.

import { expectTypeOf } from 'expect-type'
import * as beams from 'beams-native'
import Compat = require('beams-native/compat')

type Client = beams.PushNotifications

expectTypeOf<Client['publishToInterests']>().toEqualTypeOf<
  (
    interests: readonly string[],
    publishRequest: beams.PublishRequest,
    options?: beams.CallOptions,
  ) => Promise<beams.PublishResponse>
>()
expectTypeOf<Client['publishToUsers']>().toEqualTypeOf<Client['publishToInterests']>()
expectTypeOf<Client['generateToken']>().returns.toEqualTypeOf<string>()
expectTypeOf<Client['deleteUser']>().toEqualTypeOf<(userId: string, options?: beams.CallOptions) => Promise<void>>()
expectTypeOf<Client['close']>().toEqualTypeOf<(options?: beams.CloseOptions) => Promise<void>>()
expectTypeOf<Client[typeof Symbol.asyncDispose]>().returns.toEqualTypeOf<Promise<void>>()
expectTypeOf<Client['publishToManyUsers']>().returns.toEqualTypeOf<Promise<beams.ManyUsersReport>>()
expectTypeOf<beams.PublishResponse>().toEqualTypeOf<{ publishId: string }>()
expectTypeOf<beams.BeamsError['delivery']>().toEqualTypeOf<'not-sent' | 'refused' | 'unknown'>()
expectTypeOf<beams.BeamsError['status']>().toEqualTypeOf<number | undefined>()
expectTypeOf<beams.BeamsError>().toExtend<Error>()
expectTypeOf<keyof typeof beams>().toEqualTypeOf<
  | 'PushNotifications'
  | 'BeamsError'
  | 'verifyWebhook'
  | 'checkPublishRequest'
  | 'isWebhookEventType'
  | 'readCampaignJournal'
  | 'toPublishRequest'
  | 'signWebhook'
>()
expectTypeOf<typeof beams.readCampaignJournal>().toEqualTypeOf<(path: string) => Promise<beams.ManyUsersReport>>()

expectTypeOf<Compat['generateToken']>().returns.toEqualTypeOf<{ token: string }>()
expectTypeOf<Compat['publishToInterests']>().returns.toEqualTypeOf<Promise<Compat.PublishResponse>>()
expectTypeOf<Compat['publishToUsers']>().returns.toEqualTypeOf<Promise<Compat.PublishResponse>>()
expectTypeOf<Compat['deleteUser']>().returns.toEqualTypeOf<Promise<void>>()
expectTypeOf<Compat.Token>().toEqualTypeOf<string>()

// A type that is `any` would pass for everything.
expectTypeOf<beams.PublishRequest>().not.toBeAny()
expectTypeOf<beams.WebhookEvent>().not.toBeAny()
// The reason of a signal may be anything.
expectTypeOf<beams.BeamsError['cause']>().toEqualTypeOf<unknown>()
expectTypeOf<beams.BeamsErrorCause>().toExtend<Error>()
expectTypeOf<beams.BeamsErrorCause['code']>().toEqualTypeOf<string | undefined>()
expectTypeOf<beams.BeamsError['name']>().toEqualTypeOf<'BeamsError' | 'Error'>()
