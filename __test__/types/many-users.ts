// Compiled, never run: what may be given to publishToManyUsers, and what comes back.

import {
  BeamsError,
  PushNotifications,
  readCampaignJournal,
  type ManyUsersReport,
  type NamedRequests,
  type PublishRequest,
  type UserEntry,
} from 'beams-native'

declare const beams: PushNotifications
declare const cursor: AsyncIterable<string>
const request = { web: { notification: { title: 'Hello' } } }

export async function use(): Promise<string[]> {
  await beams.publishToManyUsers(['user-1'], request)
  await beams.publishToManyUsers(new Set(['user-1']), request, {})
  const report: ManyUsersReport = await beams.publishToManyUsers(cursor, request, {
    concurrency: 4,
    dedupe: false,
    stopOnError: true,
    signal: AbortSignal.timeout(1000),
    timeout: 1000,
    maxRetries: 0,
    journal: './sale.journal',
    onProgress: ({ publishedCount, failedCount, resumedCount, duplicateCount, publishId }) =>
      console.log(publishedCount + failedCount + resumedCount + duplicateCount, publishId?.length),
  })
  await beams.publishToManyUsers(cursor, request, { onProgress: async ({ failedCount }) => console.log(failedCount) })
  const seen: number[] = []
  await beams.publishToManyUsers(cursor, request, { onProgress: ({ failedCount }) => seen.push(failedCount) })
  const requests = { de: request, en: request }
  await beams.publishToManyUsers(['user-1', { userId: 'user-2', request: 'de' }], { requests })
  await beams.publishToManyUsers([{ userId: 'user-1', publishRequest: request }, 'user-2'], request)
  const entries: UserEntry[] = ['user-1', { userId: 'user-2' }, { userId: 'user-3', publishRequest: request }]
  await beams.publishToManyUsers(entries, { requests: {} })
  const journaled: ManyUsersReport = await readCampaignJournal('./sale.journal')
  const counted: number = report.publishedCount + report.resumedCount + report.duplicateCount + journaled.publishedCount
  const failed: string[] = report.failures.flatMap(({ users, error }) => (error.delivery === 'unknown' ? [] : users))

  // @ts-expect-error ids are strings
  await beams.publishToManyUsers([1], request)
  // @ts-expect-error it must be iterable
  await beams.publishToManyUsers({}, request)
  // @ts-expect-error a user has one request
  await beams.publishToManyUsers([{ userId: 'user-1', request: 'de', publishRequest: request }], { requests })
  // @ts-expect-error an entry names its user
  await beams.publishToManyUsers([{ request: 'de' }], { requests })
  // @ts-expect-error each request needs a platform
  await beams.publishToManyUsers([], { requests: { de: {} } })
  // @ts-expect-error a payload needs a platform
  await beams.publishToManyUsers([], {})
  // @ts-expect-error no such option
  await beams.publishToManyUsers([], request, { parallel: 4 })
  return counted > 0 ? failed : []
}

declare const rows: { id: string; language: string }[]
declare const byLanguage: Record<string, PublishRequest>
declare const readRequests: () => NamedRequests

async function* generate() {
  yield 'user-1'
  yield { userId: 'user-2', request: 'de' }
  yield { userId: 'user-3', publishRequest: request }
}

function* misspell() {
  yield { userId: 'user-2', request: 'dee' as const }
}

// The names of literals are checked; a name that is a string may be any.
export async function useNames(): Promise<void> {
  const requests = { de: request, en: request }
  const users = [{ userId: 'user-1', request: 'de' }, 'user-2']
  const entries: UserEntry[] = users
  await beams.publishToManyUsers(generate(), { requests })
  await beams.publishToManyUsers(users, { requests })
  await beams.publishToManyUsers(entries, { requests })
  await beams.publishToManyUsers(new Set(entries), { requests })
  await beams.publishToManyUsers(rows.map(({ id, language }) => ({ userId: id, request: language })), { requests }) // prettier-ignore
  await beams.publishToManyUsers([{ userId: 'user-1', request: rows.length > 1 ? 'de' : 'en' }], { requests })
  await beams.publishToManyUsers([{ userId: 'user-1', request: undefined }], { requests })
  await beams.publishToManyUsers([{ userId: 'user-1', request: 'default' }], request)
  for (const named of [{ requests: byLanguage }, readRequests()]) {
    await beams.publishToManyUsers([{ userId: 'user-1', request: 'fr' }], named)
  }

  // @ts-expect-error no request has this name
  await beams.publishToManyUsers(['user-1', { userId: 'user-2', request: 'dee' }], { requests })
  // @ts-expect-error no request has this name
  await beams.publishToManyUsers(misspell(), { requests })
  // @ts-expect-error there are no names
  await beams.publishToManyUsers([{ userId: 'user-1', request: 'de' }], { requests: {} })
}

export function unsent(error: unknown): string[] {
  return error instanceof BeamsError ? (error.remaining ?? []) : []
}
