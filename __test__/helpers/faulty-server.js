'use strict'

const http = require('node:http')
const { once } = require('node:events')
const { randomOf } = require('./random.js')

/** What the server may do with a publish: how often in a hundred, whether it then is carried out, and what is answered. */
const behaviours = [
  [60, true, (response, accepted) => response.end(accepted)],
  [4, true, (response, accepted) => response.end(accepted, () => response.socket?.destroy())],
  [4, true, (response) => response.writeHead(500).end()],
  [3, true, ({ socket }) => socket.destroy()],
  [3, true, ({ socket }) => socket.resetAndDestroy()],
  [3, true, (response) => response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy())],
  [1, true, () => {}],
  [4, false, ({ socket }) => socket.resetAndDestroy()],
  [8, false, (response) => response.writeHead(429, { 'retry-after': '0' }).end()],
  [6, false, (response) => response.writeHead(503, { 'retry-after': '0' }).end()],
  [4, false, (response) => response.writeHead(422).end('{"error":"E","description":"D"}')],
]

/** A server that goes wrong at random. Its book has, for each publish that it carried out, the id and the users. */
async function faultyServer(t, seed) {
  const random = randomOf(seed)
  const book = new Map()
  const server = http.createServer(async (request, response) => {
    const { users } = JSON.parse((await request.setEncoding('utf8').toArray()).join(''))
    let left = random() * 100
    const [, isCarriedOut, answer] = behaviours.find(([weight]) => (left -= weight) < 0)
    const publishId = `pubid-${book.size}`
    if (isCarriedOut) book.set(publishId, users)
    answer(response, JSON.stringify({ publishId }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: server.address().port, book }
}

/** How often each user was published to. */
function timesOf(book) {
  const times = new Map()
  for (const users of book.values()) for (const user of users) times.set(user, (times.get(user) ?? 0) + 1)
  return times
}

module.exports = { faultyServer, timesOf }
