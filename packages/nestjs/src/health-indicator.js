'use strict'

const DEFAULT_MAX_REQUESTS_WAITING = 1000

class BeamsHealthIndicator {
  #beams

  constructor(beams) {
    this.#beams = beams
  }

  isHealthy(key = 'beams', { maxRequestsWaiting = DEFAULT_MAX_REQUESTS_WAITING } = {}) {
    const stats = this.#beams.stats()
    const isUp = stats.pausedUntil === undefined && stats.requestsWaiting <= maxRequestsWaiting
    return { [key]: { status: isUp ? 'up' : 'down', ...stats } }
  }
}

module.exports = { BeamsHealthIndicator }
