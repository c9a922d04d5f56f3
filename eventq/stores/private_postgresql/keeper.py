"""Runs a PostgreSQL for as long as somebody holds this process's standard input open, and takes it away then.

A process of its own, so that the server ends also when whoever wanted it is killed. Run by its path, with
nothing but the standard library: it must start at once.

Its argument is JSON: {"folder": …, "log": …, "user": [uid, gid] or null, "commands": [[program, …], …]}. The
commands run one after the other; a failing one ends it, and leaves the folder for the log in it to be read.
`keep` on the standard input keeps the folder too.
"""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Lock, Thread
from typing import Any


class Keeper:
    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._told: bytes | None = None

    def run(self) -> int:
        watch = Thread(target=self._watch, daemon=True)
        watch.start()
        code = self._run_all()
        if self._told is None:
            return code
        watch.join()
        if self._told != b"keep":
            shutil.rmtree(self._plan["folder"], ignore_errors=True)
        return 0

    def _run_all(self) -> int:
        for command in self._plan["commands"]:
            with self._lock:
                if self._told is not None:
                    break
                self._running = self._start(command)
            code = self._running.wait()
            if code:
                return code
        return 0

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        """PostgreSQL refuses to run as root."""
        user, group = self._plan["user"] or (None, None)
        with Path(self._plan["log"]).open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._plan["folder"],
                user=user,
                group=group,
                extra_groups=None if user is None else [],
            )

    def _watch(self) -> None:
        """SIGQUIT ends the server at once: nobody needs its data, or it recovers them at its next start."""
        told = sys.stdin.buffer.read()
        with self._lock:
            self._told = told
            if self._running is not None:
                self._running.send_signal(signal.SIGQUIT)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(Keeper(json.loads(sys.argv[1])).run())
