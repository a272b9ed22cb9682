"""Runs a command on a terminal of some columns, and ends as it does.

Its output goes to stdout. Each line of stdin is an order in JSON: {"keys": "..."} are pressed, {"columns": 40} resizes it.
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


def obey(terminal, order):
    if "keys" in order:
        os.write(terminal, order["keys"].encode())
    if "columns" in order:
        resize(terminal, order["columns"])


def main():
    columns, *command = sys.argv[1:]
    ready, start = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        # The command must not ask for the size before it is set.
        os.close(start)
        os.read(ready, 1)
        os.execvp(command[0], command)
    resize(terminal, int(columns))
    os.close(start)
    orders = b""
    sources = [terminal, sys.stdin.fileno()]
    while True:
        readable, _, _ = select.select(sources, [], [])
        if terminal in readable:
            try:
                output = os.read(terminal, 65536)
            except OSError:  # EIO: nothing has it open any more
                break
            if not output:
                break
            os.write(sys.stdout.fileno(), output)
        if sys.stdin.fileno() in readable:
            read = os.read(sys.stdin.fileno(), 65536)
            if not read:
                sources.remove(sys.stdin.fileno())
            *complete, orders = (orders + read).split(b"\n")
            for order in complete:
                obey(terminal, json.loads(order))
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
