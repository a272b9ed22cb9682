'use strict'

// The indexes of the documentation: the README's guides and examples, llms.txt, and the website.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')

const checkout = path.join(__dirname, '..')
const read = (file) => fs.readFileSync(path.join(checkout, file), 'utf8')
const list = (folder) => fs.readdirSync(path.join(checkout, folder))
const findTitle = (file) => /^# (.+)$/m.exec(read(file))[1]

const guides = list('docs').map((name) => `docs/${name}`)
const readmesIn = (folder) =>
  list(folder)
    .map((name) => `${folder}/${name}/README.md`)
    .filter((file) => fs.existsSync(path.join(checkout, file)))
const pages = [...guides, ...readmesIn('packages')]
const examples = readmesIn('examples')

test('llms.txt has the form of llmstxt.org', () => {
  const [head, ...sections] = read('llms.txt').split(/\n(?=## )/)
  assert.match(head, /^# .+\n\n> .+\n\n(- .+\n)+$/)
  assert.ok(sections.length > 0)
  for (const section of sections) assert.match(section, /^## .+\n\n(- \[.+?\]\(.+?\): .+\n)+$/)
})

test('llms.txt lists every page of the documentation by its title', () => {
  const links = read('llms.txt').matchAll(/^- \[(.+?)\]\((.+?)\)/gm)
  const items = new Map([...links].map(([, title, file]) => [file, title]))
  for (const file of pages) assert.equal(items.get(file), findTitle(file), file)
  for (const file of examples) assert.ok(items.has(file), file)
  for (const file of items.keys()) assert.ok(fs.existsSync(path.join(checkout, file)), file)
})

test('the website has every guide', () => {
  const { projectDocuments } = JSON.parse(read('typedoc.json'))
  assert.deepEqual(projectDocuments.toSorted(), guides.toSorted())
})

test('the README links to every page and every example', () => {
  const readme = read('README.md')
  for (const file of [...pages, ...examples]) assert.ok(readme.includes(`(${file})`), file)
})
