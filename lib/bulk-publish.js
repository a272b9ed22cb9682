'use strict'

// Reads the users of a bulk publish, wherever they come from, and pushes them to the native side in batches, since a native
// call for each would cost more than everything else.

const native = require('./load.js')
const { clearTimeout, setImmediate, setTimeout } = require('node:timers')
const {
  MAX_DESCRIPTION_LENGTH,
  callNative,
  createArgumentError,
  createBeamsError,
  createErrorFromDetails,
  define,
  describeValue,
  parseDetails,
  toArgumentError,
} = require('./errors.js')
const { readReason } = require('./abort.js')
const { takeObservations } = require('./observers.js')
const {
  BULK_OPTIONS,
  checkOptions,
  readBulkOptions,
  readFunction,
  readSignal,
  serializeBody,
} = require('./arguments.js')

/**
 * How many users are pushed at once. An async iterable may pause between two users, which should not delay a request that
 * could be made; a push wakes both threads, so fewer are better.
 */
const BATCH_SIZE = { async: 1000, sync: 4000 }

/** How long the text of a batch may become before it is pushed: a string has a longest length. */
const MAX_BATCH_LENGTH = 1 << 22

/** How many users are read before other work gets a turn. The size of a batch is a multiple of it. */
const USERS_PER_TURN = 1000

/** How many parts of a report, of up to 1 000 users each, are read before other work gets a turn. */
const PARTS_PER_TURN = 32

/** How long a stopped call waits for a user that is just being read, and for the iterator to close. */
const CLOSE_TIMEOUT_MS = 1000

/**
 * Resolves to the report when every user is accounted for. `wanted` is what observers want to know, and `observe` is called
 * with it.
 */
async function publishToManyUsers(client, call, users, publishRequest, options, wanted, observe) {
  const { bulk, source, payload, signal, onProgress } = begin(client, users, publishRequest, options, wanted)
  // What has begun must be finished, or the client could not be closed: not even a stack that is almost full may end it.
  await undefined
  const rejection = await checkPayload(client, call, payload, wanted, observe)
  if (rejection !== undefined) {
    await native.bulkFinish(bulk, '', new Uint32Array(0), [], false)
    throw createBeamsError(rejection.thrown, publishToManyUsers)
  }
  const failure = await new BulkPublish(bulk, source).run(signal, onProgress)
  const { summary, report, remaining } = await assembleReport(bulk, failure !== undefined)
  const { attempts, status, userCount: targets, requests = [], error: details } = summary
  observe?.({ __proto__: null, trace: { attempts, status, targets, requests } })
  if (details === undefined) return report

  const error = createErrorFromDetails({ __proto__: null, ...details }, publishToManyUsers)
  if (failure !== undefined) define(error, 'cause', failure.reason, false)
  define(error, 'report', report)
  define(error, 'remaining', remaining)
  throw error
}

/** Reads the arguments in the order in which `publishToUsers` reports what is wrong with them. */
function begin(client, users, publishRequest, options, wanted) {
  try {
    const source = readSource(users)
    const payload = serializeBody(publishRequest)
    const given = checkOptions(options, BULK_OPTIONS)
    const [signal, onProgress] = [readSignal(given), readFunction(given, 'onProgress')]
    const [bulkOptions, { publishToManyUsers: start }] = [readBulkOptions(given), native.PushNotifications.prototype]
    const bulk = callNative(() => start.call(client, wanted, payload, bulkOptions))
    return { bulk, source, payload, signal, onProgress }
  } catch (thrown) {
    throw toArgumentError(thrown, publishToManyUsers)
  }
}

/** Checks the payload on the worker's thread, if payloads are checked. Resolves to `{ thrown }` where it is rejected. */
async function checkPayload(client, call, payload, wanted, observe) {
  try {
    const { checkPayload: check } = native.PushNotifications.prototype
    takeObservations(await check.call(client, call, wanted, payload), observe)
    return undefined
  } catch (thrown) {
    return { thrown: takeObservations(thrown, observe) }
  }
}

/** The users and the method that opens their iterator, which is looked up once, as `for await` does. */
function readSource(users) {
  if (users === undefined || users === null) throw createArgumentError('users argument is required')
  if (typeof users === 'object') {
    const openAsync = users[Symbol.asyncIterator] ?? undefined
    const open = openAsync ?? users[Symbol.iterator]
    if (typeof open === 'function') return { users, open, isAsync: openAsync !== undefined }
  }
  throw createArgumentError('users argument must be an array, an iterable or an async iterable')
}

/** The JavaScript side of a bulk publish. */
class BulkPublish {
  #bulk
  #source
  /** Why the caller wants it to end early, if so: `{ reason }`. */
  #failure
  #isStopped = false
  /** What is read from now on comes too late to be accounted for. */
  #isClosed = false
  /** The users that were read and not pushed: their ids in one text, the length of each, and what is not an id. */
  #text = ''
  #lengths
  #count = 0
  #rejected = []

  constructor(bulk, source) {
    this.#bulk = bulk
    this.#source = source
  }

  /** Reads and publishes until all requests have ended. Returns why the caller wants it to end early, if so. */
  async run(signal, onProgress) {
    const onAbort = () => this.#fail(() => readReason(signal))
    let abortListener
    let isComplete = false
    let following
    try {
      if (signal !== undefined) {
        abortListener = require('./abort.js')
        if (signal.aborted) onAbort()
        else abortListener.listen(signal, onAbort)
      }
      if (onProgress !== undefined) following = this.#follow(onProgress)
      if (!this.#isStopped) isComplete = await this.#readAll()
    } catch (thrown) {
      this.#fail(() => thrown)
    }
    // A promise of the native side settles whatever happens.
    await native.bulkFinish(this.#bulk, this.#text, this.#takeLengths(), this.#rejected, isComplete)
    await following
    abortListener?.unlisten(signal, onAbort)
    return this.#failure
  }

  /** Ends it early for a reason of the caller's; the first reason counts. */
  #fail(read) {
    this.#isStopped = true
    native.bulkStop(this.#bulk)
    if (this.#failure !== undefined) return
    try {
      this.#failure = { reason: read() }
    } catch (thrown) {
      this.#failure = { reason: thrown }
    }
  }

  async #follow(onProgress) {
    try {
      for (let json; (json = await native.bulkProgress(this.#bulk)) !== undefined;) {
        // Not waited for.
        void this.#watch(onProgress(JSON.parse(json)))
      }
    } catch (thrown) {
      this.#fail(() => thrown)
    }
  }

  /** What a promise of `onProgress` rejects with stops the call as a throw does. */
  async #watch(returned) {
    try {
      await returned
    } catch (reason) {
      this.#fail(() => reason)
    }
  }

  /** Whether all users were read. */
  async #readAll() {
    const { users, open, isAsync } = this.#source
    const iterator = Reflect.apply(open, users, [])
    return isAsync ? this.#readAsync(iterator) : this.#readSync(iterator)
  }

  async #readSync(iterator) {
    this.#lengths = new Uint32Array(BATCH_SIZE.sync)
    while (this.#fill(iterator)) {
      // Without a wait for I/O, the answers of the native side could keep the event loop in one turn.
      await nextTurn()
      const isFull = this.#count + this.#rejected.length >= BATCH_SIZE.sync || this.#text.length >= MAX_BATCH_LENGTH
      if (!this.#isStopped && (!isFull || (await this.#push()))) continue
      this.#isStopped = true
      void closeSync(iterator)
      return false
    }
    return true
  }

  /** Reads a part of a batch, and whether there may be more. A loop that waits for nothing: any other takes longer. */
  #fill(iterator) {
    let [text, count] = [this.#text, this.#count]
    const lengths = this.#lengths
    try {
      for (let read = 0; read < USERS_PER_TURN && text.length < MAX_BATCH_LENGTH; read++) {
        const result = iterator.next()
        if (!isObject(result)) throw new TypeError(`Iterator result ${describeValue(result)} is not an object`)
        if (result.done) return false
        const { value } = result
        if (typeof value === 'string' && value.length <= MAX_DESCRIPTION_LENGTH) {
          text += value
          lengths[count++] = value.length
        } else {
          this.#rejected.push(describeValue(value))
        }
      }
      return true
    } finally {
      this.#text = text
      this.#count = count
    }
  }

  /**
   * Reads one user after the other. When the call is stopped while the iterator is waiting, the iterator is closed; what it
   * yields shortly after that was read and is accounted for.
   */
  async #readAsync(iterator) {
    this.#lengths = new Uint32Array(BATCH_SIZE.async)
    const read = async () => {
      for (let count = 1; !this.#isClosed; count++) {
        const result = await iterator.next()
        if (this.#isClosed) return false
        if (!isObject(result)) throw new TypeError(`Iterator result ${describeValue(result)} is not an object`)
        if (result.done) return true
        this.#add(result.value)
        if (this.#isStopped) return false
        if (count % BATCH_SIZE.async === 0 && !(await this.#push())) return false
      }
      return false
    }
    const reading = read()
    const stopped = native.bulkCancelled(this.#bulk).then(() => undefined)
    let isComplete
    try {
      isComplete = await Promise.race([reading, stopped])
      if (isComplete === true) return true
    } catch (thrown) {
      this.#fail(() => thrown)
      return false
    }
    this.#isStopped = true
    // The reason for stopping is already recorded; errors while closing are ignored.
    await within(CLOSE_TIMEOUT_MS, Promise.allSettled([closeAsync(this.#source.users, iterator), reading]))
    this.#isClosed = true
    return false
  }

  #add(value) {
    if (typeof value === 'string' && value.length <= MAX_DESCRIPTION_LENGTH) {
      this.#text += value
      this.#lengths[this.#count++] = value.length
    } else {
      this.#rejected.push(describeValue(value))
    }
  }

  /** Resolves, when there is room for more users, to whether more are wanted. */
  async #push() {
    const [text, lengths, rejected] = [this.#text, this.#takeLengths(), this.#rejected]
    this.#text = ''
    this.#rejected = []
    const wantsMore = await native.bulkPush(this.#bulk, text, lengths, rejected)
    return wantsMore && !this.#isStopped
  }

  /** Valid until the next user is added. */
  #takeLengths() {
    const lengths = this.#lengths?.subarray(0, this.#count) ?? new Uint32Array(0)
    this.#count = 0
    return lengths
  }
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Closes an iterator without waiting for what `return()` may promise. */
async function closeSync(iterator) {
  try {
    await iterator.return?.()
  } catch {
    // The reason for stopping is already recorded; errors while closing are ignored.
  }
}

/** A stream that waits for data does not end by `return()` alone, which queues behind the read. */
async function closeAsync(users, iterator) {
  try {
    if (typeof users.destroy === 'function' && typeof users.pipe === 'function') users.destroy()
  } finally {
    await iterator.return?.()
  }
}

/** Waits for a promise, but not for longer than a time limit. */
async function within(milliseconds, promise) {
  let timer
  const timeout = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}

/**
 * Makes the report of its parts: as one text, it could be longer than a string may be, and making it would block the event
 * loop.
 */
async function assembleReport(bulk, isAborted) {
  const summary = parseDetails(native.bulkReportPart(bulk, isAborted))
  const { publishedCount, duplicateCount } = summary
  const report = { publishes: [], publishedCount, duplicateCount, failures: [] }
  const remaining = []
  let json
  for (let count = 1; (json = native.bulkReportPart(bulk, isAborted)) !== null; count++) {
    const { publishes, failure, users, unsent } = parseDetails(json)
    if (publishes !== undefined) append(report.publishes, publishes)
    else if (failure !== undefined) report.failures.push({ users: [], error: createFailure(failure) })
    else if (users !== undefined) append(report.failures.at(-1).users, users)
    else append(remaining, unsent)
    if (count % PARTS_PER_TURN === 0) await nextTurn()
  }
  return { summary, report, remaining }
}

/** Resolves in the next turn of the event loop. */
function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve))
}

function createFailure(details) {
  return createErrorFromDetails({ __proto__: null, ...details }, publishToManyUsers)
}

function append(list, elements) {
  for (const element of elements) list.push(element)
}

module.exports = { publishToManyUsers }
