// Starts a PostgreSQL with an empty database, and removes it at the end: `npm run postgres`. It needs Debian's `postgresql`, or
// another whose `initdb` and `postgres` are on the PATH.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// Debian installs the programs of each version in a folder of its own, which is not on the PATH.
const debian = '/usr/lib/postgresql'
const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
const PATH = [...versions.map((version) => join(debian, version, 'bin')), process.env.PATH].join(':')

// PostgreSQL refuses to run as root; the package has a user for it.
const readId = (option: string): number => Number(execFileSync('id', [option, 'postgres']))
const user = process.getuid?.() === 0 ? { uid: readId('-u'), gid: readId('-g') } : {}

const folder = mkdtempSync(join(tmpdir(), 'beams-postgres-'))
if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const data = join(folder, 'data')
const options = { cwd: folder, env: { ...process.env, PATH }, ...user }
execFileSync(
  'initdb',
  ['--pgdata', data, '--username', 'beams', '--auth', 'trust', '--no-locale', '--encoding', 'UTF8'],
  {
    ...options,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)

// No port, only a socket in a folder that nobody else can enter, so that it needs no password.
const settings = ['listen_addresses=', `unix_socket_directories=${folder}`]
const postgres = spawn('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
  ...options,
  stdio: ['ignore', 'inherit', 'pipe'],
})
createInterface({ input: postgres.stderr }).on('line', (line) => {
  console.error(line)
  if (!line.endsWith('ready to accept connections')) return
  console.log(`export DATABASE_URL='postgres://beams@/postgres?host=${folder}'`)
})
postgres.on('exit', (code) => (process.exitCode = code ?? 1))
// SIGINT ends the connections; after SIGTERM, PostgreSQL would wait until its clients end them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => postgres.kill('SIGINT'))
