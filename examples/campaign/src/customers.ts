import type { UserEntry } from 'beams-native'

export const customerCount = Number(process.env.CUSTOMERS ?? 1_000_000)

/** Stands for your database's cursor. The order does not matter, and a later run may have more customers. */
export async function* customers(): AsyncGenerator<UserEntry> {
  for (let number = 1; number <= customerCount; number++) {
    const userId = `customer-${String(number).padStart(9, '0')}`
    yield number % 3 === 0 ? { userId, request: 'de' } : userId
  }
}
