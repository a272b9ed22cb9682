'use strict'

// What a server can do wrong, and what has to come of it. Each row is tried by faults.test.js and printed in
// docs/faults.md. Unless it says otherwise, a row is a publish by a client that may retry once; `requests` is how many the
// server must have seen, and a row without a `code` is one that has to go well.

const net = require('node:net')
const tls = require('node:tls')
const http2 = require('node:http2')
const { once } = require('node:events')
const { makeAuthority, makeCertificate } = require('./certificates.js')
const { unusedPort } = require('./servers.js')

const accepted = '{"publishId":"pubid-é"}'
const answer = (status, body = '', headers = '') =>
  Buffer.from(`HTTP/1.1 ${status} X\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
const head = (text) => `HTTP/1.1 200 OK\r\n${text}\r\n\r\n`

const unanswered = { code: 'ERR_BEAMS_CONNECTION', delivery: 'unknown', requests: 1 }
// Whether the client gets a byte out before it notices is for the scheduler to say; that it answers for it is what counts.
const raced = { code: 'ERR_BEAMS_CONNECTION', delivery: 'not-sent or unknown', requests: 0 }
const unreadable = { code: 'ERR_BEAMS_BAD_RESPONSE', delivery: 'unknown', requests: 1 }
const late = { code: 'ERR_BEAMS_TIMEOUT', delivery: 'unknown', requests: 1 }
const unconnected = { code: 'ERR_BEAMS_CONNECTION', delivery: 'not-sent', requests: 0 }
const well = { requests: 1 }

// Bare sockets: `reply(socket, number)` runs when a request has arrived, `greet(socket)` when a connection has.

const connections = [
  { behaviour: 'closes every connection at once', greet: (socket) => socket.destroy(), ...raced },
  { behaviour: 'resets every connection at once', greet: (socket) => socket.resetAndDestroy(), ...raced },
  { behaviour: 'never answers', reply: () => {}, ...late },
  { behaviour: 'closes the connection in place of an answer', reply: (socket) => socket.end(), ...unanswered },
  {
    behaviour: 'resets the connection in place of an answer',
    reply: (socket) => socket.resetAndDestroy(),
    ...unanswered,
  },
  { behaviour: 'closes it in place of an answer to a deletion', reply: (socket) => socket.end(), operation: 'deleteUser', ...unanswered, requests: 2 }, // prettier-ignore
  { behaviour: 'never answers a deletion', reply: () => {}, operation: 'deleteUser', ...late, requests: 2 },
]

const framing = [
  ['breaks off in the status line', 'HTTP/1.1 20', unanswered],
  ['breaks off in the headers', 'HTTP/1.1 200 OK\r\ncontent-le', unanswered],
  ['breaks off in the body', `${head('content-length: 100')}{"publishId":"p"}`, unanswered],
  ['breaks off in a chunk', `${head('transfer-encoding: chunked')}ff\r\n{"publishId`, unanswered],
  ['breaks off before the last chunk', `${head('transfer-encoding: chunked')}11\r\n{"publishId":"p"}\r\n`, unanswered],
  ['sends a chunk of no size', `${head('transfer-encoding: chunked')}zz\r\n{"publishId":"p"}\r\n0\r\n\r\n`, unanswered],
  ['sends a chunk of an impossible size', `${head('transfer-encoding: chunked')}ffffffffffffffffff\r\nx`, unanswered],
  ['speaks SMTP', '220 mail.example ESMTP\r\n', unanswered],
  ['speaks HTTP/0.9', '{"publishId":"p"}', unanswered],
  ['speaks HTTP/9.9', 'HTTP/9.9 200 OK\r\n\r\n', unanswered],
  ['answers with zeros', Buffer.alloc(1000), unanswered],
  ['answers with a status of two digits', 'HTTP/1.1 99 X\r\n\r\n', unanswered],
  ['contradicts itself on the length', `${head('content-length: 5\r\ncontent-length: 6')}12345`, unanswered],
  ['names a negative length', `${head('content-length: -5')}12345`, unanswered],
  ['answers with 1 000 headers', head('x: y\r\n'.repeat(1000).trim()), unanswered],
  ['answers with a header of 1 MiB', head(`x: ${'y'.repeat(1024 * 1024)}`), unanswered],
  ['answers with a body of 2 MiB', answer(200, 'x'.repeat(2 * 1024 * 1024)), unanswered],
].map(([behaviour, bytes, expected]) => ({ behaviour, reply: (socket) => socket.end(bytes), ...expected }))

function drip(socket, start, drop) {
  socket.write(start)
  const timer = setInterval(() => socket.write(drop), 10)
  socket.on('close', () => clearInterval(timer))
}

function flood(socket) {
  const pour = () => {
    while (!socket.destroyed && socket.write('x'.repeat(65536)));
  }
  socket.write(head('content-length: 1000000000'))
  socket.on('drain', pour)
  pour()
}

const dripping = [
  { behaviour: 'drips headers for ever', reply: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'), ...late },
  { behaviour: 'drips a body for ever', reply: (socket) => drip(socket, head('content-length: 9999'), 'x'), ...late },
  { behaviour: 'pours out a body for ever', reply: flood, ...unanswered },
]

const bodies = [
  ['accepts with an empty body', answer(200), unreadable],
  ['accepts with 204', 'HTTP/1.1 204 X\r\n\r\n', { ...unreadable, status: 204 }],
  ['accepts with null', answer(200, 'null'), unreadable],
  ['accepts with an array', answer(200, '[]'), unreadable],
  ['accepts with a text', answer(200, '"pubid-1"'), unreadable],
  ['accepts without a publish id', answer(200, '{}'), unreadable],
  ['accepts with an empty publish id', answer(200, '{"publishId":""}'), unreadable],
  ['accepts with a number as publish id', answer(200, '{"publishId":1}'), unreadable],
  ['accepts with HTML', answer(200, '<html>'), unreadable],
  ['accepts with half a body', answer(200, '{"publishId":"p'), unreadable],
  [
    'accepts with a compressed body',
    answer(200, Buffer.from([31, 139, 8, 0]), 'content-encoding: gzip\r\n'),
    unreadable,
  ],
  ['accepts with a body 100 000 levels deep', answer(200, '['.repeat(100_000)), unreadable],
  ['accepts with a byte order mark', answer(200, `\ufeff${accepted}`), well],
  ['accepts with another content type', answer(200, accepted, 'content-type: image/png\r\n'), well],
  ['says 100 and 103 first', Buffer.concat([Buffer.from('HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n'), answer(200, accepted)]), well], // prettier-ignore
  ['accepts a deletion with HTML', answer(200, '<html>'), { ...unreadable, operation: 'deleteUser' }],
  ['accepts a deletion with 204', 'HTTP/1.1 204 X\r\n\r\n', { ...well, operation: 'deleteUser' }],
].map(([behaviour, bytes, expected]) => ({ behaviour, reply: (socket) => socket.write(bytes), ...expected }))

bodies.push({
  behaviour: 'sends a character in two packets',
  reply: async (socket) => {
    const bytes = answer(200, accepted)
    const middle = bytes.indexOf(Buffer.from('é')) + 1
    socket.setNoDelay()
    await new Promise((resolve) => socket.write(bytes.subarray(0, middle), resolve))
    setImmediate(() => socket.write(bytes.subarray(middle)))
  },
  ...well,
})

const words = '{"error":"Title","description":"Explanation"}'
const statuses = [
  ...[301, 302, 307, 308].map((status) => [status, '', 'ERR_BEAMS_BAD_RESPONSE', 'unknown', 1]),
  ...['', 'null', '[]', '<html>', words].map((body) => [400, body, 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 1]),
  ...['', 'null', '[]', '<html>'].map((body) => [503, body, 'ERR_BEAMS_SERVER', 'unknown', 1]),
  [503, words, 'ERR_BEAMS_SERVER', 'refused', 2],
  ...['', 'null', '[]', '<html>', words].map((body) => [500, body, 'ERR_BEAMS_SERVER', 'unknown', 1]),
  [401, '', 'ERR_BEAMS_UNAUTHORIZED', 'refused', 1],
  [402, '', 'ERR_BEAMS_PAYMENT_REQUIRED', 'refused', 1],
  [408, '', 'ERR_BEAMS_INVALID_ARGUMENT', 'refused', 2],
  [404, '404 page not found\n', 'ERR_BEAMS_NOT_FOUND', 'refused', 1],
  [422, words, 'ERR_BEAMS_UNPROCESSABLE', 'refused', 1],
  [429, '', 'ERR_BEAMS_RATE_LIMITED', 'refused', 2],
  [502, '<html>', 'ERR_BEAMS_SERVER', 'unknown', 1],
  [504, '', 'ERR_BEAMS_SERVER', 'unknown', 1],
  [999, '', 'ERR_BEAMS_BAD_RESPONSE', 'unknown', 1],
].map(([status, body, code, delivery, requests]) => ({
  behaviour: `answers ${status} with ${{ '': 'an empty body', null: 'null', [words]: 'its own words' }[body] ?? body.trim()}`,
  reply: (socket) => socket.write(answer(status, body, 'location: /elsewhere\r\n')),
  status,
  code,
  delivery,
  requests,
}))

const recoveries = [
  [
    'answers 429 once, asking for no wait',
    [answer(429, '', 'retry-after: 0\r\n'), answer(200, accepted)],
    { requests: 2 },
  ],
  ['answers 408 once', [answer(408), answer(200, accepted)], { requests: 2 }],
  ['answers 503 with its own words once', [answer(503, words), answer(200, accepted)], { requests: 2 }],
  ['answers 503 with an empty body once, asking for no wait', [answer(503, '', 'retry-after: 0\r\n'), answer(200, accepted)], { code: 'ERR_BEAMS_SERVER', delivery: 'unknown', status: 503, requests: 1 }], // prettier-ignore
  ['answers a deletion with 503 once', [answer(503), answer(200)], { requests: 2, operation: 'deleteUser' }],
  ['asks to wait for an hour', [answer(503, words, 'retry-after: 3600\r\n')], { code: 'ERR_BEAMS_SERVER', delivery: 'refused', status: 503, requests: 1 }], // prettier-ignore
  ['asks to wait for longer than a number can say', [answer(429, '', `retry-after: ${'9'.repeat(30)}\r\n`)], { code: 'ERR_BEAMS_RATE_LIMITED', delivery: 'refused', status: 429, requests: 1 }], // prettier-ignore
  ['answers 503 and breaks off', [`HTTP/1.1 503 X\r\ncontent-length: ${words.length}\r\n\r\n${words.slice(0, -1)}`], { code: 'ERR_BEAMS_SERVER', delivery: 'unknown', status: 503, requests: 1, end: true }], // prettier-ignore
  ['answers 404 and breaks off', ['HTTP/1.1 404 X\r\ncontent-length: 9\r\n\r\n{'], { code: 'ERR_BEAMS_NOT_FOUND', delivery: 'refused', status: 404, requests: 1, end: true }], // prettier-ignore
  ['answers a deletion with 500 once', [answer(500), answer(200)], { requests: 2, operation: 'deleteUser' }],
  ['answers a publish that may be repeated with 500 once', [answer(500), answer(200, accepted)], { requests: 2, options: { retryUnknown: true } }], // prettier-ignore
].map(([behaviour, answers, { end, ...expected }]) => ({
  behaviour,
  reply: (socket, number) => socket[end ? 'end' : 'write'](answers[number - 1] ?? answers.at(-1)),
  ...expected,
}))

// Two calls, one after the other, of which the second one is looked at. Where the server `closes` the connection between
// them, the second one waits until the client has closed it too, having noticed.
const reuse = [
  {
    behaviour: 'closes a connection while it is idle',
    reply(socket, number) {
      socket.write(answer(200, accepted))
      if (number === 1) socket.end()
    },
    closes: true,
    requests: 2,
  },
  {
    behaviour: 'sends 408 on a connection that is idle',
    reply(socket, number) {
      socket.write(answer(200, accepted))
      if (number === 1) setImmediate(() => socket.end(answer(408)))
    },
    closes: true,
    requests: 2,
  },
  {
    behaviour: 'closes a reused connection in place of an answer',
    reply: (socket, number) => (number === 1 ? socket.write(answer(200, accepted)) : socket.end()),
    ...unanswered,
    requests: 2,
  },
  {
    behaviour: 'answers twice on one connection',
    reply: (socket) => socket.write(Buffer.concat([answer(200, accepted), answer(200, '{"publishId":"foreign"}')])),
    requests: 2,
  },
].map((row) => ({ ...row, calls: 2 }))

// Servers of other kinds: `start(tools)` gives `{ port, requests() }`, and `options` those of the client.

const elsewhere = [
  {
    behaviour: 'does not listen',
    start: async () => ({ port: await unusedPort(), requests: () => 0 }),
    ...unconnected,
  },
  {
    behaviour: 'has a name that nobody knows',
    start: async () => ({ requests: () => 0 }),
    options: { endpoint: 'http://no-such-host.invalid' },
    ...unconnected,
  },
]

/** A TLS server that answers well, if it gets so far. */
const tlsServer = (certificate, options = {}, behave = (socket) => socket.write(answer(200, accepted))) =>
  async function start({ listen, authority }) {
    let requests = 0
    const server = tls.createServer({ ...(await certificate(authority)), ...options }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', () => {
        requests++
        behave(socket)
      })
    })
    return { port: await listen(server), requests: () => requests }
  }

const good = (authority) => makeCertificate(authority)
const secure = [
  { behaviour: 'has a certificate of a trusted authority', start: tlsServer(good), ...well },
  {
    behaviour: 'has a certificate that has expired',
    start: tlsServer((authority) => makeCertificate(authority, { expired: true })),
    ...unconnected,
    message: /has expired$/,
    attempts: 1,
  },
  {
    behaviour: 'has a certificate for another host',
    start: tlsServer((authority) => makeCertificate(authority, { host: 'other.example' })),
    ...unconnected,
    message: /is for another host$/,
    attempts: 1,
  },
  {
    behaviour: 'has a certificate of an unknown authority',
    start: tlsServer(async () => makeCertificate(await makeAuthority())),
    ...unconnected,
    message: /is not signed by a trusted authority/,
    attempts: 1,
  },
  {
    behaviour: 'speaks only TLS 1.1',
    start: tlsServer(good, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
    ...unconnected,
  },
  {
    behaviour: 'speaks plain HTTP where TLS is expected',
    start: async ({ listen }) => ({
      port: await listen(
        net.createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(answer(400)))),
      ),
      requests: () => 0,
    }),
    ...unconnected,
  },
  {
    behaviour: 'makes no TLS connection at all',
    start: async ({ listen }) => ({
      port: await listen(net.createServer((socket) => socket.on('error', () => {}).resume())),
      requests: () => 0,
    }),
    ...unconnected,
    code: 'ERR_BEAMS_TIMEOUT',
  },
  {
    behaviour: 'half-closes TLS in a body that has no length',
    start: tlsServer(good, {}, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${accepted.slice(0, -1)}`, () => socket.destroy())
    }),
    ...unanswered,
  },
].map((row) => ({ ...row, secure: true }))

/** An HTTP/2 server; `behave(stream, number, cut)` runs for every request, and `cut` breaks the connection. */
const http2Server = (behave, settings = {}) =>
  async function start({ listen, authority }) {
    let requests = 0
    const server = http2.createSecureServer({ ...(await makeCertificate(authority)), settings })
    let cut
    server.on('secureConnection', (socket) => (cut = () => socket.destroy()))
    server.on('sessionError', () => {})
    server.on('stream', (stream) => {
      requests++
      stream.on('error', () => {})
      stream.resume()
      behave(stream, requests, cut)
    })
    return { port: await listen(server), requests: () => requests }
  }

const acceptOn = (stream) => {
  stream.respond({ ':status': 200 })
  stream.end(accepted)
}
const { NGHTTP2_REFUSED_STREAM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = http2.constants
const multiplexed = [
  { behaviour: 'speaks HTTP/2', start: http2Server(acceptOn), ...well },
  {
    behaviour: 'refuses an HTTP/2 stream once',
    start: http2Server((stream, number) => (number === 1 ? stream.close(NGHTTP2_REFUSED_STREAM) : acceptOn(stream))),
    requests: 2,
  },
  {
    behaviour: 'goes away before it looks at an HTTP/2 stream',
    start: http2Server((stream, number) =>
      number === 2 ? stream.session.goaway(NGHTTP2_NO_ERROR, 1) : acceptOn(stream),
    ),
    calls: 2,
    requests: 3,
  },
  {
    behaviour: 'goes away with an HTTP/2 stream that it has taken',
    start: http2Server((stream, _number, cut) => {
      stream.session.goaway(NGHTTP2_NO_ERROR)
      setImmediate(cut)
    }),
    ...unanswered,
  },
  {
    behaviour: 'resets an HTTP/2 stream with an internal error',
    start: http2Server((stream) => stream.close(NGHTTP2_INTERNAL_ERROR)),
    ...unanswered,
  },
  {
    behaviour: 'breaks off an HTTP/2 connection',
    start: http2Server((_stream, _number, cut) => cut()),
    ...unanswered,
  },
  { behaviour: 'answers 503 on HTTP/2', start: http2Server((stream) => stream.respond({ ':status': 503 }, { endStream: true })), code: 'ERR_BEAMS_SERVER', delivery: 'unknown', status: 503, requests: 1 }, // prettier-ignore
  { behaviour: 'never answers on HTTP/2', start: http2Server(() => {}), ...late },
  { behaviour: 'never answers a deletion on HTTP/2', start: http2Server(() => {}), operation: 'deleteUser', ...late, requests: 2 }, // prettier-ignore
  {
    behaviour: 'has no free HTTP/2 stream',
    start: http2Server(acceptOn, { maxConcurrentStreams: 0 }),
    // The first request may be sent before the client knows; the server hands it back.
    code: 'ERR_BEAMS_TIMEOUT',
    delivery: 'not-sent',
    requests: 0,
  },
].map((row) => ({ ...row, secure: true }))

/** A proxy in front of a TLS server that answers well; `connect(socket, target)` decides what comes of a CONNECT. */
const proxied = (connect) =>
  async function start(tools) {
    const target = await tlsServer(good)(tools)
    const proxy = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (request) => connect(socket, target.port, request.toString()))
    })
    const port = await tools.listen(proxy)
    return { ...target, options: { proxy: `http://user:pass%20word@127.0.0.1:${port}` } }
  }

async function tunnel(socket, port) {
  const onward = net.connect(port, '127.0.0.1')
  onward.on('error', () => {})
  await once(onward, 'connect')
  socket.write('HTTP/1.1 200 OK\r\n\r\n')
  socket.pipe(onward).pipe(socket)
}

const proxies = [
  {
    behaviour: 'is behind a proxy that wants a password, and gets it',
    start: proxied((socket, port, request) => {
      const wanted = `proxy-authorization: Basic ${Buffer.from('user:pass word').toString('base64')}`
      return request.toLowerCase().includes(wanted.toLowerCase())
        ? tunnel(socket, port)
        : socket.end('HTTP/1.1 407 X\r\n\r\n')
    }),
    ...well,
  },
  {
    behaviour: 'is behind a proxy that wants another password',
    start: proxied((socket) => socket.end('HTTP/1.1 407 X\r\n\r\n')),
    ...unconnected,
    message: /^the proxy refused to connect to /,
  },
  {
    behaviour: 'is behind a proxy that cannot reach it',
    start: proxied((socket) => socket.end('HTTP/1.1 502 X\r\n\r\n')),
    ...unconnected,
    message: /^the proxy refused to connect to /,
  },
  {
    behaviour: 'is behind a proxy that closes the connection',
    start: proxied((socket) => socket.end()),
    ...unconnected,
    message: /^the proxy refused to connect to /,
  },
  {
    behaviour: 'is behind a proxy that does not listen',
    start: async (tools) => ({
      ...(await tlsServer(good)(tools)),
      options: { proxy: `http://127.0.0.1:${await unusedPort()}` },
    }),
    ...unconnected,
    message: /^the proxy on the way to .+ cannot be reached: .+ refused the connection/,
  },
].map((row) => ({ ...row, secure: true }))

module.exports = {
  faults: [
    ...elsewhere,
    ...connections,
    ...framing,
    ...dripping,
    ...bodies,
    ...statuses,
    ...recoveries,
    ...reuse,
    ...secure,
    ...multiplexed,
    ...proxies,
  ],
}
