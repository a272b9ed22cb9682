import { byId, element } from './elements.js'
import { getSettings, request } from './requests.js'

export const DEFAULT_INSTANCE = 'my-instance'

/** The buttons that add a test device and send a test publish. */
export function registerTestForms() {
  registerForm('test-device', addDevice)
  registerForm('test-publish', sendPublish)
}

/** Opens a dialog by its button, and submits its form. The dialog stays open, with the reason, if that fails. */
function registerForm(id, submit) {
  const dialog = byId(id)
  const form = dialog.querySelector('form')
  const reason = dialog.querySelector('[role="alert"]')
  byId(`open-${id}`).addEventListener('click', async () => {
    const { instanceId, needsSecretKey } = await getSettings()
    form.elements.instanceId.value ||= instanceId ?? DEFAULT_INSTANCE
    const { secretKey } = form.elements
    if (secretKey) {
      secretKey.required = needsSecretKey === true
      secretKey.closest('label').hidden = !needsSecretKey
    }
    reason.replaceChildren()
    dialog.showModal()
  })
  dialog.querySelector('[value="cancel"]').addEventListener('click', () => dialog.close())
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      await submit(new FormData(form))
      dialog.close()
    } catch (error) {
      reason.replaceChildren(element('p', {}, error.message))
    }
  })
}

function addDevice(fields) {
  const userId = fields.get('userId') || undefined
  return request('POST', 'emulator/devices', {
    platform: fields.get('platform'),
    userId,
    interests: readList(fields.get('interests')),
    instanceId: fields.get('instanceId'),
  })
}

async function sendPublish(fields) {
  const [kind, title, body] = ['kind', 'title', 'body'].map((name) => fields.get(name))
  const payloads = {
    apns: { aps: { alert: { title, body } } },
    fcm: { notification: { title, body } },
    web: { notification: { title, body } },
  }
  const chosen = Object.entries(payloads).filter(([platform]) => fields.getAll('platforms').includes(platform))
  const path = `publish_api/v1/instances/${encodeURIComponent(fields.get('instanceId'))}/publishes/${kind}`
  const publish = { [kind]: readList(fields.get('targets')), ...Object.fromEntries(chosen) }
  const response = await request('POST', path, publish, {
    authorization: `Bearer ${fields.get('secretKey') || 'inbox'}`,
  })
  location.hash = `#/publishes/${JSON.parse(response).publishId}`
}

function readList(text) {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}
