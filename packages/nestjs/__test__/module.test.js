'use strict'

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { Inject } = require('@nestjs/common')
const { Test } = require('@nestjs/testing')
const { PushNotifications } = require('beams-native')
const { fakeBeams } = require('beams-native/testing')
const { BeamsModule, InjectBeams, getBeamsToken } = require('..')
const { createModule, keys, secret } = require('./helpers/application.js')

/** Creates the providers of a module; the application ends with the test. */
async function compile(t, metadata, override = (builder) => builder) {
  const module = await override(Test.createTestingModule(metadata)).compile()
  await module.init()
  t.after(() => module.close())
  return module
}

class Settings {
  instanceId = 'from-settings'
}
const settingsModule = createModule({ providers: [Settings], exports: [Settings] })

class OptionsFactory {
  createBeamsOptions() {
    return { ...keys, instanceId: 'from-class' }
  }
}
const factoryModule = createModule({ providers: [OptionsFactory], exports: [OptionsFactory] })

for (const [what, module, instanceId] of [
  ['options', BeamsModule.forRoot(keys), 'my-instance'],
  ['a client', BeamsModule.forRoot({ client: new PushNotifications(keys) }), 'my-instance'],
  [
    'a factory with dependencies',
    BeamsModule.forRootAsync({
      imports: [settingsModule],
      inject: [Settings],
      useFactory: async (settings) => ({ ...keys, instanceId: settings.instanceId }),
    }),
    'from-settings',
  ],
  ['a class', BeamsModule.forRootAsync({ useClass: OptionsFactory }), 'from-class'],
  [
    'an existing provider',
    BeamsModule.forRootAsync({ imports: [factoryModule], useExisting: OptionsFactory }),
    'from-class',
  ],
]) {
  test(`the module provides the client of ${what}`, async (t) => {
    const app = await compile(t, { imports: [module] })
    const beams = app.get(PushNotifications)
    assert.ok(beams instanceof PushNotifications)
    assert.equal(beams.instanceId, instanceId)
  })
}

test('named clients are injected by their names, beside the one without a name, in every module', async (t) => {
  class Feature {
    beams
    marketing
  }
  InjectBeams()(Feature.prototype, 'beams')
  InjectBeams('marketing')(Feature.prototype, 'marketing')
  const app = await compile(t, {
    imports: [
      BeamsModule.forRoot(keys),
      BeamsModule.forRootAsync({ name: 'marketing', useFactory: () => ({ ...keys, instanceId: 'marketing' }) }),
      createModule({ providers: [Feature] }),
    ],
  })
  const { beams, marketing } = app.get(Feature, { strict: false })
  assert.deepEqual([beams.instanceId, marketing.instanceId], ['my-instance', 'marketing'])
  assert.equal(app.get(getBeamsToken('marketing'), { strict: false }), marketing)
})

test('a module that is imported in several places has one client', async (t) => {
  const beams = BeamsModule.forRoot({ ...keys, isGlobal: false })
  const app = await compile(t, { imports: [beams, createModule({ imports: [beams] })] })
  assert.equal(app.get(PushNotifications, { each: true }).length, 1)
})

test('a unit test can put a fake in the place of the client', async (t) => {
  const fake = fakeBeams()
  const app = await compile(t, { imports: [BeamsModule.forRoot(keys)] }, (builder) =>
    builder.overrideProvider(PushNotifications).useValue(fake),
  )
  await app.get(PushNotifications).publishToInterests(['news'], { web: { notification: { title: 'Hello' } } })
  assert.equal(fake.publishes().length, 1)
})

test('options of endpoints may come from the factory, and complete those that are given with the route', async (t) => {
  const given = { webhook: { path: 'webhooks/beams' }, auth: { path: 'beams-auth', userId: () => 'ada' } }
  const useFactory = () => ({ ...keys, webhook: { secret } })
  await compile(t, { imports: [BeamsModule.forRootAsync({ ...given, useFactory })] })
})

/** A provider that needs something. */
function createDependent(token) {
  function OrdersService() {}
  Inject(token)(OrdersService, undefined, 0)
  return OrdersService
}

for (const [what, metadata, message] of [
  [
    'a named client is not provided',
    () => ({ imports: [BeamsModule.forRoot(keys)], providers: [createDependent(getBeamsToken('marketing'))] }),
    /dependencies of the OrdersService \(\?\).*"PushNotifications\(marketing\)" at index \[0\]/,
  ],
  [
    'the client is not global',
    () => ({
      imports: [createModule({ imports: [BeamsModule.forRoot({ ...keys, isGlobal: false })] })],
      providers: [createDependent(PushNotifications)],
    }),
    /dependencies of the OrdersService \(\?\).*argument PushNotifications at index \[0\]/,
  ],
  [
    'a dependency of the factory is missing',
    () => ({ imports: [BeamsModule.forRootAsync({ inject: [Settings], useFactory: () => keys })] }),
    /dependencies of the BeamsModuleOptions \(\?\).*Settings at index \[0\] is available in the BeamsModule/,
  ],
  [
    'an option is misspelt',
    () => ({ imports: [BeamsModule.forRoot({ ...keys, timeOut: 1 })] }),
    /timeOut is not an option; the options are instanceId/,
  ],
  [
    'the secret key is not set',
    () => ({ imports: [BeamsModule.forRoot({ ...keys, secretKey: undefined })] }),
    /"secretKey" is required/,
  ],
  [
    'two clients have no name',
    () => ({ imports: [BeamsModule.forRoot(keys), BeamsModule.forRootAsync({ useFactory: () => keys })] }),
    /BeamsModule: there are several clients without a name; call forRoot or forRootAsync once for each client/,
  ],
  [
    'two clients have one name',
    () => ({
      imports: [
        BeamsModule.forRoot({ ...keys, name: 'shop' }),
        createModule({ imports: [BeamsModule.forRoot({ ...keys, name: 'shop', isGlobal: false })] }),
      ],
    }),
    /BeamsModule: there are several clients with the name 'shop'; call/,
  ],
  [
    'closeTimeout is not a number',
    () => ({ imports: [BeamsModule.forRoot({ ...keys, closeTimeout: '5000' })] }),
    /BeamsModule: closeTimeout must be a number of milliseconds from 0 to 2147483647/,
  ],
  [
    'closeTimeout is negative',
    () => ({ imports: [BeamsModule.forRootAsync({ useFactory: () => ({ ...keys, closeTimeout: -1 }) })] }),
    /BeamsModule: closeTimeout must be a number/,
  ],
  [
    'closeTimeout is longer than a timer can be',
    () => ({ imports: [BeamsModule.forRoot({ ...keys, closeTimeout: 2 ** 31 })] }),
    /BeamsModule: closeTimeout must be a number/,
  ],
  [
    'the factory returns nothing',
    () => ({ imports: [BeamsModule.forRootAsync({ useFactory: () => undefined })] }),
    /"instanceId" is required/,
  ],
  [
    'a route has no path',
    () => ({ imports: [BeamsModule.forRoot({ ...keys, webhook: { secret } })] }),
    /webhook\.path must be a string/,
  ],
  [
    'the path is left to the factory',
    () => ({
      imports: [BeamsModule.forRootAsync({ useFactory: () => ({ ...keys, webhook: { path: 'webhooks', secret } }) })],
    }),
    /webhook has no path; set webhook: \{ path \} in forRootAsync, beside the factory/,
  ],
]) {
  test(`Nest says so readably if ${what}`, async (t) => {
    await assert.rejects(async () => compile(t, metadata()), message)
  })
}
