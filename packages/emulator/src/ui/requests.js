const problem = document.getElementById('problem')

/** The JSON at a path; `undefined` if there is none, or if the emulator has stopped. */
export async function get(path) {
  const response = await fetch(path).catch(() => undefined)
  return response?.ok ? response.json().catch(() => undefined) : undefined
}

/**
 * Numbers requests whose responses are drawn in one place: they may arrive in any order, and an older one must not replace a
 * newer one. Each call begins a request, and returns a function that tells whether it is still the newest.
 */
export function createSequence() {
  let newest = 0
  return () => {
    const number = ++newest
    return () => number === newest
  }
}

/** Sends a request, and shows the reason at the bottom of the page if it is refused. */
export async function send(...parameters) {
  problem.textContent = ''
  await request(...parameters).catch((error) => (problem.textContent = error.message))
}

/** Sends a request, and throws the reason that the emulator gives if it is refused. Returns the text of the response. */
export async function request(method, path, body, headers) {
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(readReason(text) ?? `${response.status} ${response.statusText}`)
  return text
}

function readReason(text) {
  try {
    return JSON.parse(text).description
  } catch {
    return undefined
  }
}

export const itemPath = (id) => `emulator/inbox/${encodeURIComponent(id)}`

/** The settings of the emulator that the inbox needs. */
export const getSettings = async () => (await get('emulator/inbox/settings')) ?? {}
