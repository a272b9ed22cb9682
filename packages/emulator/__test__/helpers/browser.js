'use strict'

const { existsSync } = require('node:fs')
const path = require('node:path')
const { chromium } = require('playwright-core')

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser of this machine. `make test` installs one where it can. */
function executable() {
  const folders = process.env.PATH.split(path.delimiter)
  const found = names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(existsSync)
  const chosen = process.env.CHROMIUM ?? found
  if (!chosen) throw new Error('these tests need Chromium; set CHROMIUM to its path, or `apt-get install chromium`')
  return chosen
}

/** A headless browser that ends with the tests of `suite`'s `after`. */
function launch() {
  // A container's root may not make sandboxes, and only pages of our own are opened.
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox'] })
}

/** A page that fails the test on an error in a script of its own. It ends with the test. */
async function open(t, browser, url, options) {
  const context = await browser.newContext(options)
  t.after(() => context.close())
  const page = await context.newPage()
  const errors = []
  page.on('pageerror', (error) => errors.push(error))
  t.after(() => {
    if (errors.length > 0) throw errors[0]
  })
  await page.goto(url)
  return page
}

/** The row of an item in the inbox's list. */
const findRow = (page, title) => page.locator('#list li', { hasText: title }).first()

/** Waits until the inbox's list says that it has so many items. */
const waitForCount = (page, number) => page.locator(`#total:text-is("${number}")`).waitFor()

/**
 * The elements that are cut off or need scrolling sideways, except texts in boxes of their own. None are, on a page that fits.
 */
function findOverflowing(page) {
  return page.evaluate(`[...document.querySelectorAll('body, header, main, main *')]
    .filter((one) => one.checkVisibility() && !one.closest('pre, .unseen'))
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || (one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX)))
    .map((one) => one.tagName + '#' + one.id + '.' + one.className)`)
}

module.exports = { findOverflowing, findRow, launch, open, waitForCount }
