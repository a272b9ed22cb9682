'use strict'

const native = require('./load.js')
const { assembleReport } = require('./bulk-report.js')
const { createBeamsError, toArgumentError } = require('./errors.js')
const { checkPath } = require('./arguments.js')

async function readCampaignJournal(path) {
  const slot = begin(path)
  try {
    await native.readCampaignJournal(slot, path)
  } catch (thrown) {
    throw createBeamsError(thrown, readCampaignJournal)
  }
  return (await assembleReport(() => native.journalReportPart(slot), readCampaignJournal)).report
}

function begin(path) {
  try {
    checkPath(path, 'path')
    return native.journalReport()
  } catch (thrown) {
    throw toArgumentError(thrown, readCampaignJournal)
  }
}

module.exports = { readCampaignJournal }
