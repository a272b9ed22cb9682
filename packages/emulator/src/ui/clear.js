import { byId } from './elements.js'
import { filterQuery, isFiltered } from './list.js'
import { get, send } from './requests.js'

/** What the button Clear removes, which is what is in view, if anything is. */
async function describeClear() {
  const [, view] = location.hash.split('/')
  if (view === 'devices') return { path: 'emulator/devices', question: 'Remove all devices?' }
  if (view === 'webhooks')
    return { path: 'emulator/webhooks/requests', question: 'Remove all finished webhook requests?' }
  // The list also shows items that no longer match, such as those read since.
  const counts = await get(`emulator/inbox?${filterQuery({ limit: 0 })}`)
  if (!counts) return undefined
  const path = `emulator/inbox?${filterQuery({ until: counts.latest })}`
  if (!isFiltered()) return { path, question: 'Remove all items of the inbox?' }
  if (counts.total === 0) return undefined
  const items = counts.total === 1 ? 'the item that matches' : `the ${counts.total} items that match`
  return { path, question: `Remove ${items} the filter?` }
}

/** Asks, and clears what is in view. */
export function registerClear() {
  const dialog = byId('confirm')
  let path
  byId('clear').addEventListener('click', async () => {
    const described = await describeClear()
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
