'use strict'

const native = require('./load.js')
const { assembleReport } = require('./bulk-report.js')
const { toArgumentError } = require('./errors.js')
const { checkPath } = require('./arguments.js')
const { throwBeamsError } = require('./settle.js')

async function readCampaignJournal(path) {
  const slot = begin(path)
  await native.readCampaignJournal(slot, path).catch(throwBeamsError)
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
