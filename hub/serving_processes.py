"""The pages and the API in several processes that share one socket: one interpreter answers one question at a time.

uvicorn starts them, and starts anew what dies, or says nothing for a minute. Each opens the hub for itself, as no
connection survives being shared.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from hub.context import opened_hub
from hub.failures import kind_and_place, plain_database_errors_at
from hub.serving import CONFIG, made_app
from hub.settings import Settings
from hub.terminal import warn_plainly
from schemas.errors import HubError, ProcessFailed

_LOOK, _AGAIN = 1.0, 3.0  # seconds
_ENDING = 60.0  # seconds, in which a process ends what it began
_SILENT = 120  # looks, two a second: on a busy machine, or in a long answer, a good process is silent for a while


def serve_in_processes(settings: Settings, listening: socket.socket) -> None:
    """Serve in as many processes as the settings say, until somebody ends it."""
    config = uvicorn.Config("hub.serving_processes:make_app", factory=True, workers=settings.processes, **CONFIG)
    crew = _Crew(config, sockets=[listening])
    crew.run()
    if any(one.exitcode == STARTUP_FAILURE for one in crew.processes):
        raise ProcessFailed(
            "service: one of its processes could not start, see above; expected all to; nothing is served"
        )
    raise KeyboardInterrupt


def make_app() -> Any:
    """Open the hub for this process, and return the service over it; both end with the process that started this one."""
    began_by = multiprocessing.parent_process()  # not whose child it is by now: that may be gone already
    threading.Thread(target=_end_with, args=(began_by.pid if began_by else os.getppid(),), daemon=True).start()
    warn_plainly()
    opened = ExitStack()
    atexit.register(opened.close)
    try:
        return _opened(opened, Settings())
    except Exception as error:  # noqa: BLE001 - whatever it is, the next one would meet it as well
        code, words = (
            (error.code, str(error)) if isinstance(error, HubError) else (HubError.code, kind_and_place(error))
        )
        sys.stderr.write(f"[{code}] {words}\n")
        sys.exit(STARTUP_FAILURE)


class _Crew(Multiprocess):
    """End at a hang-up, as a service of one process does, instead of starting the others anew."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._silent: Counter[Process] = Counter()  # looks, not seconds: whoever was halted itself has heard nobody

    def handle_hup(self) -> None:
        self.should_exit.set()

    def keep_subprocess_alive(self) -> None:
        """Start anew what ended or is silent for too long; uvicorn waits for each answer, and meanwhile heeds no signal."""
        for place, one in enumerate(self.processes):
            if self._lives(one):
                continue
            one.kill()
            one.join()
            del self._silent[one]
            if one.exitcode == STARTUP_FAILURE:
                self.should_exit.set()
                return
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def join_all(self) -> None:
        """Wait until all have ended what they began, and no longer: one that hears nothing would keep the service from ending."""
        deadline = time.monotonic() + _ENDING
        for one in self.processes:
            one.process.join(max(0.0, deadline - time.monotonic()))
            one.kill()
            one.join()

    def _lives(self, one: Process) -> bool:
        """Ask again, and tell whether there is an answer to one of the times before, or it is early to miss one."""
        self._silent[one] = 0 if one.is_alive(timeout=0) else self._silent[one] + 1
        return one.process.is_alive() and self._silent[one] < _SILENT


def _opened(opened: ExitStack, settings: Settings) -> Any:
    """Return the service over an opened hub; what may pass, as a database that is away, is waited for: the others would end as well."""
    while True:
        try:
            with plain_database_errors_at("service"), ExitStack() as trying:
                app = trying.enter_context(made_app(trying.enter_context(opened_hub(settings)), settings))
                opened.enter_context(trying.pop_all())
                return app
        except HubError as error:
            if not error.retryable:
                raise
            sys.stderr.write(f"[{error.code}] {error}\n")
            time.sleep(_AGAIN)


def _end_with(parent: int) -> None:
    """End where the process that started this one is gone: killed, it can end nobody, and the socket would stay taken."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
