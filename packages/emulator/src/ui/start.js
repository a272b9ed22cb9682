import { button, byId, element, snippet } from './elements.js'
import { getSettings } from './requests.js'
import { DEFAULT_INSTANCE } from './test-forms.js'

/** What the inbox shows as long as it is empty: how to send the first publish. */
export async function drawStart() {
  const { instanceId, needsSecretKey } = await getSettings()
  const instance = instanceId ?? DEFAULT_INSTANCE
  const secretKey = needsSecretKey ? '<the secret key of this emulator>' : 'any'
  const { origin, protocol } = location
  const url = `${origin}/publish_api/v1/instances/${instance}/publishes/interests`
  byId('start').append(
    element('h2', {}, 'Send the first publish'),
    element('p', {}, 'From your server: make these the options of its Beams client.'),
    snippet(
      'Environment',
      `export BEAMS_ENDPOINT=${origin} BEAMS_INSTANCE_ID='${instance}' BEAMS_SECRET_KEY='${secretKey}'`,
    ),
    element('p', {}, 'From a shell:'),
    snippet(
      'Command',
      `curl${protocol === 'https:' ? ' --insecure' : ''} '${url}' \\
  -H 'Authorization: Bearer ${secretKey}' -H 'Content-Type: application/json' \\
  -d '{"interests":["hello"],"web":{"notification":{"title":"Hello"}}}'`,
    ),
    element(
      'p',
      {},
      'Or from this page: ',
      button('Send one from here', () => byId('open-test-publish').click()),
    ),
    instanceId || needsSecretKey ? '' : element('p', { class: 'quiet' }, 'Any instance id and secret key will do.'),
  )
}
