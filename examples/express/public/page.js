const status = document.getElementById('status')
const post = (url, body) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

document.getElementById('login').addEventListener('submit', async (event) => {
  event.preventDefault()
  const userId = new FormData(event.target).get('userId')
  try {
    await post('login', { userId })
    await turnOn(userId)
    document.getElementById('ship').disabled = false
    status.textContent = `Notifications are on for ${userId}.`
  } catch (error) {
    status.textContent = error.message
  }
})

document.getElementById('ship').addEventListener('click', async () => {
  const response = await post('orders/1815/shipped')
  status.textContent = response.ok ? 'Shipped.' : `Not shipped: ${response.status}`
})

async function turnOn(userId) {
  const { instanceId, endpoint } = await (await fetch('beams.json')).json()
  const { Client, TokenProvider } = PusherPushNotifications
  const client = new Client({ instanceId, endpointOverride: endpoint })
  await client.start()
  await client.setUserId(userId, new TokenProvider({ url: 'beams-auth' }))
  await client.addDeviceInterest('news')
}
