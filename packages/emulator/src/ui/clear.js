import { byId } from './elements.js'
import { countMatches, filterQuery, isFiltered } from './list.js'
import { send } from './requests.js'

/** What the button Clear removes, which is what is in view, if anything is. */
function describeClear() {
  const [, view] = location.hash.split('/')
  if (view === 'devices') return { path: 'emulator/devices', question: 'Remove all devices?' }
  if (view === 'webhooks')
    return { path: 'emulator/webhooks/requests', question: 'Remove all finished webhook requests?' }
  if (!isFiltered()) return { path: 'emulator/publishes', question: 'Remove all items of the inbox?' }
  const count = countMatches()
  if (count === 0) return undefined
  const items = count === 1 ? 'the item that matches' : `the ${count} items that match`
  return { path: `emulator/inbox?${filterQuery()}`, question: `Remove ${items} the filter?` }
}

/** Asks, and clears what is in view. */
export function registerClear() {
  const dialog = byId('confirm')
  let path
  byId('clear').addEventListener('click', () => {
    const described = describeClear()
    if (!described) return
    ;({ path } = described)
    byId('question').textContent = described.question
    dialog.returnValue = ''
    dialog.showModal()
  })
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'remove') send('DELETE', path)
  })
}
