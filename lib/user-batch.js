'use strict'

// Collects users for the native side in batches, with all ids in one text, because one native call per user would be slow.

const { NO_REQUEST, OWN_PAYLOAD } = require('./load.js')
const { MAX_DESCRIPTION_LENGTH, describeThrown, describeValue } = require('./errors.js')
const { serializeBody } = require('./arguments.js')
const { readOption } = require('./options.js')
const { checkIteratorResult, closeSync, isObjectOrFunction } = require('./user-source.js')

/** The length of the text from which a batch is pushed: strings have a maximum length. */
const MAX_BATCH_LENGTH = 1 << 22

/** The prefix of the reason if reading a user's request threw. */
const UNREADABLE = 'its request could not be read'

const NONE = new Uint32Array(0)

/** The users that were read and not yet pushed. */
class UserBatch {
  /** The first error that reading a user's own request threw: `{ userId, thrown }`. */
  firstThrown
  #size
  #indices
  #defaultIndex
  #text = ''
  #lengths
  #count = 0
  /** The request of each user. */
  #choices
  /** Whether any user has a request other than the first. */
  #hasChoices = false
  #payloads = []
  #payloadLength = 0
  #reasons = []
  /** Values that are not ids, as text. */
  #rejected = []

  constructor(size, indices, defaultIndex) {
    this.#size = size
    this.#indices = indices
    this.#defaultIndex = defaultIndex
    this.#lengths = new Uint32Array(size)
    this.#choices = new Uint32Array(size)
  }

  get isFull() {
    return (
      this.#count + this.#rejected.length >= this.#size || this.#text.length + this.#payloadLength >= MAX_BATCH_LENGTH
    )
  }

  /**
   * Reads up to `maxUsers` users, and returns whether there may be more. As a loop does, it closes the iterator if reading a user
   * throws, but not if the iterator itself does. Uses local variables, because fields are slower.
   */
  readFrom(iterator, maxUsers) {
    let [text, count] = [this.#text, this.#count]
    const [lengths, choices, defaultIndex] = [this.#lengths, this.#choices, this.#defaultIndex]
    const isPlain = defaultIndex === 0
    try {
      for (let read = 0; read < maxUsers && text.length + this.#payloadLength < MAX_BATCH_LENGTH; read++) {
        const result = iterator.next()
        if (checkIteratorResult(result).done) return false
        const { value } = result
        if (isPlain && typeof value === 'string' && value.length <= MAX_DESCRIPTION_LENGTH) {
          text += value
          choices[count] = 0
          lengths[count++] = value.length
        } else {
          this.#text = text
          this.#count = count
          try {
            this.add(value)
          } catch (thrown) {
            void closeSync(iterator)
            throw thrown
          } finally {
            text = this.#text
            count = this.#count
          }
        }
      }
      return true
    } finally {
      this.#text = text
      this.#count = count
    }
  }

  /** Adds a value of an iterator. Reading it may run the caller's code, and throws its errors. */
  add(value) {
    if (typeof value === 'string') this.#addId(value, () => this.#defaultChoice())
    else this.#addEntry(value)
  }

  /** The arguments for the native side, valid until the next user is added. */
  take() {
    const count = this.#count
    const choices = this.#hasChoices ? this.#choices.subarray(0, count) : NONE
    const taken = [this.#text, this.#lengths.subarray(0, count), choices, this.#payloads, this.#reasons, this.#rejected]
    this.#text = ''
    this.#count = 0
    this.#hasChoices = false
    this.#payloads = []
    this.#payloadLength = 0
    this.#reasons = []
    this.#rejected = []
    return taken
  }

  #addEntry(value) {
    const userId = isObjectOrFunction(value) ? readOption(value, 'userId') : undefined
    if (typeof userId === 'string') this.#addId(userId, () => this.#choose(value, userId))
    else this.#rejected.push(describeValue(userId === undefined ? value : userId))
  }

  #addId(userId, choose) {
    if (userId.length > MAX_DESCRIPTION_LENGTH) {
      this.#rejected.push(describeValue(userId))
      return
    }
    const choice = choose()
    if (choice !== 0) this.#hasChoices = true
    this.#text += userId
    this.#choices[this.#count] = choice
    this.#lengths[this.#count++] = userId.length
  }

  #defaultChoice() {
    return this.#defaultIndex ?? this.#refuse('it has no request, and none of the requests is named "default"')
  }

  #choose(entry, userId) {
    try {
      const [request, publishRequest] = [readOption(entry, 'request'), readOption(entry, 'publishRequest')]
      if (publishRequest !== undefined) {
        if (request !== undefined) return this.#refuse('it has both request and publishRequest')
        return this.#addPayload(serializeBody(publishRequest) ?? '')
      }
      if (request === undefined) return this.#defaultChoice()
      return this.#indices.get(request) ?? this.#refuse(`no request is named ${describeName(request)}`)
    } catch (thrown) {
      this.firstThrown ??= { userId, thrown }
      return this.#refuse(`${UNREADABLE}: ${describeThrown(thrown).slice(0, MAX_SHOWN_LENGTH)}`)
    }
  }

  #addPayload(payload) {
    this.#payloadLength += payload.length
    return OWN_PAYLOAD + this.#payloads.push(payload) - 1
  }

  #refuse(reason) {
    return NO_REQUEST + (this.#reasons.at(-1) === reason ? this.#reasons.length : this.#reasons.push(reason)) - 1
  }
}

/** The maximum length of a value in a reason: there may be one for each user. */
const MAX_SHOWN_LENGTH = 200

function describeName(request) {
  const text = describeValue(request).slice(0, MAX_SHOWN_LENGTH)
  return typeof request === 'string' ? JSON.stringify(text) : text
}

module.exports = { UNREADABLE, UserBatch }
