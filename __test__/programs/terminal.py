"""Runs a command on a pseudo-terminal of the given width, and exits with its status.

Its output goes to stdout. Each line of stdin is an action in JSON: {"keys": "..."} sends input, {"columns": 40} resizes the
terminal.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def resize(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def perform(terminal, action):
    if "keys" in action:
        os.write(terminal, action["keys"].encode())
    if "columns" in action:
        resize(terminal, action["columns"])


def main():
    columns, *command = sys.argv[1:]
    ready, start = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        # The width is set before the command starts.
        os.close(start)
        os.read(ready, 1)
        os.execvp(command[0], command)
    resize(terminal, int(columns))
    os.close(start)
    pending = b""
    sources = [terminal, sys.stdin.fileno()]
    while True:
        readable, _, _ = select.select(sources, [], [])
        if terminal in readable:
            try:
                output = os.read(terminal, 65536)
            except OSError:  # EIO: the command has closed it
                break
            if not output:
                break
            os.write(sys.stdout.fileno(), output)
        if sys.stdin.fileno() in readable:
            read = os.read(sys.stdin.fileno(), 65536)
            if not read:
                sources.remove(sys.stdin.fileno())
            *complete, pending = (pending + read).split(b"\n")
            for action in complete:
                perform(terminal, json.loads(action))
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
