'use strict'

// npm shows a README without the repository around it, where relative links and pictures lead nowhere.

const fs = require('node:fs')
const path = require('node:path')

const isRelative = (url) => !/^([a-z][a-z\d+.-]*:|\/|#)/i.test(url)

/**
 * Makes the relative links and pictures of a Markdown text absolute.
 * @param {string} markdown
 * @param {(url: string, isImage: boolean) => string} resolve returns the absolute URL
 */
async function replaceRelativeLinks(markdown, resolve) {
  const [{ fromMarkdown }, { visit }] = await Promise.all([
    import('mdast-util-from-markdown'),
    import('unist-util-visit'),
  ])
  const found = []
  visit(fromMarkdown(markdown), ['definition', 'image', 'link'], (node) => {
    if (isRelative(node.url))
      found.push({ url: node.url, isImage: node.type === 'image', ...locateUrl(markdown, node) })
  })
  // From the last to the first, so that the offsets of the others stay right.
  found.sort((a, b) => b.start - a.start)
  return found.reduce(
    (text, { start, end, url, isImage }) => text.slice(0, start) + resolve(url, isImage) + text.slice(end),
    markdown,
  )
}

/** The offsets of a node's URL, which is the last part of it. */
function locateUrl(markdown, { url, position }) {
  const start = markdown.lastIndexOf(url, position.end.offset - url.length)
  // An escaped URL is not found as it is.
  if (start < position.start.offset) throw new Error(`write the link to ${url} as [text](${url})`)
  return { start, end: start + url.length }
}

/**
 * Returns a function from a relative URL to that of the same file on GitHub. It throws if there is no such file.
 * @param {{ checkout: string, folder: string, repository: string, ref: string, isRaw?: boolean }} options `folder` has the Markdown file;
 *   with `isRaw`, links lead to the text of a file instead of its page
 */
function createResolver({ checkout, folder, repository, ref, isRaw = false }) {
  return (url, isImage) => {
    const [file, fragment] = url.split('#')
    const target = path.posix.join(folder, decodeURI(file))
    const isFolder = fs.statSync(path.join(checkout, target)).isDirectory()
    const base =
      isImage || (isRaw && !isFolder)
        ? `https://raw.githubusercontent.com/${repository}/${ref}`
        : `https://github.com/${repository}/${isFolder ? 'tree' : 'blob'}/${ref}`
    return `${base}/${encodeURI(target)}${fragment === undefined ? '' : `#${fragment}`}`
  }
}

module.exports = { createResolver, replaceRelativeLinks }
