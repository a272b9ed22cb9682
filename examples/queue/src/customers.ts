/** Stands for your database's cursor: it must give the same users in the same order if the producer is started again. */
export async function* customers(): AsyncGenerator<string> {
  const count = Number(process.env.CUSTOMERS ?? 1_000_000)
  for (let number = 1; number <= count; number++) yield `customer-${String(number).padStart(9, '0')}`
}
