'use strict'

// Reads the users of a bulk publish, wherever they come from, and pushes them to the native side in batches, since a native
// call for each would cost more than everything else.

const native = require('./load.js')
const { clearTimeout, setImmediate, setTimeout } = require('node:timers')
const {
  callNative,
  createBeamsError,
  createErrorFromDetails,
  define,
  parseDetails,
  toArgumentError,
} = require('./errors.js')
const { trackCampaign } = require('./campaigns.js')
const { listen, readReason, unlisten } = require('./abort.js')
const { takeObservations } = require('./observers.js')
const { BULK_OPTIONS, checkOptions, readBulkOptions, readFunction, readSignal } = require('./options.js')
const { assembleReport } = require('./bulk-report.js')
const { readRequests } = require('./bulk-requests.js')
const { UNREADABLE, UserBatch } = require('./user-batch.js')
const { checkIteratorResult, closeAsync, closeSync, closeUnread, readSource } = require('./user-source.js')

/**
 * How many users are pushed at once. An async iterable may pause between two users, which should not delay a request that
 * could be made; a push wakes both threads, so fewer are better.
 */
const BATCH_SIZE = { async: 1000, sync: 4000 }

/** How many users are read before other work gets a turn. The size of a batch is a multiple of it. */
const USERS_PER_TURN = 1000

/** How long a stopped call waits for a user that is just being read, and for the iterator to close. */
const CLOSE_TIMEOUT_MS = 1000

/**
 * Resolves to the report when every user is accounted for. `wanted` are the requested observations, with which `observe` is
 * called.
 */
async function publishToManyUsers(client, call, users, publishRequest, options, wanted, observe, hidden) {
  const begun = begin(client, users, publishRequest, options, wanted, hidden)
  const { bulk, source, batch, payloads, hasJournal, signal, onProgress } = begun
  // The native side has registered the call, and `close()` waits for it, so from here on it must reach `bulkFinish`. The `await` empties
  // the stack, which may be almost full.
  await undefined
  const end = trackCampaign(client)
  try {
    const rejection = await checkPayloads(client, call, payloads, wanted, observe)
    if (rejection !== undefined) {
      void closeUnread(source)
      await native.bulkFinish(bulk, ...batch.take(), false)
      throw createBeamsError(rejection.thrown, publishToManyUsers)
    }
    if (hasJournal) await openJournal(bulk, source)
    const failure = await new BulkPublish(bulk, source, batch, observe).run(signal, onProgress)
    const nextPart = () => native.bulkReportPart(bulk, failure !== undefined)
    const { summary, report, remaining } = await assembleReport(nextPart, publishToManyUsers)
    if (batch.firstThrown !== undefined) addCause(report.failures, batch.firstThrown)
    const { userCount: targets, error: details } = summary
    const trace = native.bulkTrace(bulk)
    if (trace !== null) observe({ __proto__: null, trace: { ...parseDetails(trace), targets } })
    if (details === undefined) return report

    const error = createErrorFromDetails({ __proto__: null, ...details }, publishToManyUsers)
    if (failure !== undefined) define(error, 'cause', failure.reason, false)
    define(error, 'report', report)
    define(error, 'remaining', remaining)
    throw error
  } finally {
    end()
  }
}

/** If the journal cannot be opened, the call has ended already. */
async function openJournal(bulk, source) {
  try {
    await native.bulkOpenJournal(bulk)
  } catch (thrown) {
    void closeUnread(source)
    throw createBeamsError(takeObservations(thrown), openJournal)
  }
}

/** Adds the error that reading a user's request threw: the native side knows only its message. */
function addCause(failures, { userId, thrown }) {
  const failure = failures.find(({ users, error }) => users[0] === userId && error.message.includes(UNREADABLE))
  if (failure !== undefined) define(failure.error, 'cause', thrown, false)
}

/** Reads the arguments in the order in which `publishToUsers` reports what is wrong with them. */
function begin(client, users, publishRequest, options, wanted, hidden) {
  try {
    const source = readSource(users)
    const { names, payloads, indices, defaultIndex } = readRequests(publishRequest)
    const given = checkOptions(options, BULK_OPTIONS)
    const [signal, onProgress] = [readSignal(given), readFunction(given, 'onProgress')]
    const [bulkOptions, { publishToManyUsers: start }] = [readBulkOptions(given), native.PushNotifications.prototype]
    const bulk = callNative(() => start.call(client, wanted, names, payloads, bulkOptions))
    const batch = new UserBatch(source.isAsync ? BATCH_SIZE.async : BATCH_SIZE.sync, indices, defaultIndex)
    return { bulk, source, batch, payloads, hasJournal: bulkOptions?.journal !== undefined, signal, onProgress }
  } catch (thrown) {
    throw toArgumentError(thrown, hidden)
  }
}

/** Checks the payloads on the worker thread, if payloads are checked. Resolves to `{ thrown }` if one is rejected. */
async function checkPayloads(client, call, payloads, wanted, observe) {
  const { checkPayload } = native.PushNotifications.prototype
  try {
    for (const payload of payloads) {
      takeObservations(await checkPayload.call(client, call, wanted, payload), observe)
    }
    return undefined
  } catch (thrown) {
    return { thrown: takeObservations(thrown, observe) }
  }
}

/** The JavaScript side of a bulk publish. */
class BulkPublish {
  #bulk
  #source
  /** Why the caller wants it to end early, if so: `{ reason }`. */
  #failure
  #isStopped = false
  /** Users that are read after this are not accounted for. */
  #isClosed = false
  /** The users that were read and not yet pushed. */
  #batch
  /** Is called with observations of the payloads of single users. */
  #observe

  constructor(bulk, source, batch, observe) {
    this.#bulk = bulk
    this.#source = source
    this.#batch = batch
    this.#observe = observe
  }

  /** Reads and publishes until all requests have ended. Returns why the caller wants it to end early, if so. */
  async run(signal, onProgress) {
    const onAbort = () => this.#fail(() => readReason(signal))
    let isComplete = false
    let following
    try {
      if (signal !== undefined) {
        if (signal.aborted) onAbort()
        else listen(signal, onAbort)
      }
      if (onProgress !== undefined) following = this.#follow(onProgress)
      if (this.#isStopped) void closeUnread(this.#source)
      else isComplete = await this.#readAll()
    } catch (thrown) {
      this.#fail(() => thrown)
    }
    try {
      // A promise of the native side settles whatever happens.
      takeObservations(await native.bulkFinish(this.#bulk, ...this.#batch.take(), isComplete), this.#observe)
    } catch (thrown) {
      throw createBeamsError(takeObservations(thrown), publishToManyUsers)
    } finally {
      await following
      unlisten(signal, onAbort)
    }
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

  /** A rejected promise of `onProgress` stops the call, as a throw does. */
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
    while (this.#batch.readFrom(iterator, USERS_PER_TURN)) {
      // Without a wait for I/O, the promises of the native side could keep the event loop in one turn.
      await nextTurn()
      if (!this.#isStopped && (!this.#batch.isFull || (await this.#push()))) continue
      void closeSync(iterator)
      return false
    }
    return true
  }

  /**
   * Reads one user after the other. When the call is stopped while the iterator is waiting, the iterator is closed; what it
   * yields shortly after that was read and is accounted for.
   */
  async #readAsync(iterator) {
    const read = async () => {
      while (!this.#isClosed) {
        const result = await iterator.next()
        if (this.#isClosed) return false
        if (checkIteratorResult(result).done) return true
        this.#add(result.value)
        if (this.#isStopped) return false
        if (this.#batch.isFull && !(await this.#push())) return false
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
    await this.#waitFor(Promise.allSettled([closeAsync(this.#source.users, iterator), reading]))
    this.#isClosed = true
    return false
  }

  /** Adds a user. If reading it throws, the call is stopped, so that the iterator is closed. */
  #add(value) {
    try {
      this.#batch.add(value)
    } catch (thrown) {
      this.#fail(() => thrown)
    }
  }

  /** Waits for a promise until a time limit, or until the client's `close` has reached its own. */
  async #waitFor(promise) {
    let timer
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)))
    await Promise.race([promise, timeout, native.bulkCutOff(this.#bulk)])
    clearTimeout(timer)
  }

  /** Resolves, when there is room for more users, to whether more are wanted. */
  async #push() {
    const wantsMore = takeObservations(await native.bulkPush(this.#bulk, ...this.#batch.take()), this.#observe)
    return wantsMore && !this.#isStopped
  }
}

/** Resolves in the next turn of the event loop. */
function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve))
}

module.exports = { publishToManyUsers }
