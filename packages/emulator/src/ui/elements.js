export const platformNames = { apns: 'iOS', fcm: 'Android', web: 'Web' }

export const byId = (id) => document.getElementById(id)

/**
 * Creates an element. Text is always text, never HTML: it comes from anyone who can publish to the emulator.
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name, value)
  }
  node.append(...children.filter((child) => child !== undefined && child !== ''))
  return node
}

/** A button with a text, and a longer accessible name. */
export function button(text, onclick, name) {
  return element('button', { type: 'button', onclick, 'aria-label': name, 'data-key': name ?? text }, text)
}

/** Redraws a container. Keeps the focus and open `details`, identified by `data-key`. */
export function redraw(container, ...nodes) {
  const focused = container.contains(document.activeElement) ? document.activeElement : undefined
  const unfolded = new Set([...container.querySelectorAll('details[open]')].map(({ dataset }) => dataset.key))
  container.replaceChildren(...nodes)
  for (const details of container.querySelectorAll('details')) details.open = unfolded.has(details.dataset.key)
  if (!focused) return
  const key = focused.dataset.key ?? ''
  const successor = container.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? container
  successor.focus({ preventScroll: true })
}

/** A table of rows, or a line that says that there are none. A cell has the class `of-<heading>`. */
export function table(caption, headings, rows) {
  if (rows.length === 0) return element('p', { class: 'quiet' }, `No ${caption.toLowerCase()}.`)
  const cells = (tag, texts, properties) =>
    element(
      'tr',
      {},
      ...texts.map((text, index) =>
        element(tag, { ...properties, class: `of-${headings[index].toLowerCase()}` }, text ?? ''),
      ),
    )
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table of ${caption.toLowerCase()}` },
    element(
      'table',
      {},
      element('thead', {}, cells('th', headings, { scope: 'col' })),
      element('tbody', {}, ...rows.map((row) => cells('td', row))),
    ),
  )
}

/** JSON with a button that copies it. */
export function json(label, value) {
  return snippet(label, typeof value === 'string' ? value : JSON.stringify(value, null, 2))
}

/** A text in a box, with a button that copies it. */
export function snippet(label, text) {
  const box = element('pre', { tabindex: '0', 'aria-label': label, role: 'region' }, text)
  const copy = button('Copy', () => copyText(copy, box), `Copy ${label}`)
  copy.classList.add('copy')
  return element('figure', { class: 'snippet' }, element('figcaption', {}, label, copy), box)
}

// Pages from other machines without https may not write to the clipboard.
async function copyText(copy, box) {
  getSelection().selectAllChildren(box)
  const isCopied = await navigator.clipboard?.writeText(box.textContent).then(
    () => true,
    () => false,
  )
  copy.textContent = isCopied ? 'Copied' : 'Selected'
  copy.ariaLabel = copy.textContent
}
