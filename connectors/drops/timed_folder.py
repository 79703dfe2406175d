"""A file drop of which every step ends by the wall clock, whatever its file system does: a share that is gone answers never.

The step itself cannot be ended. It is left to a thread that nobody waits for, and the drop is not touched again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Expired
from typing import TypeVar

from connectors.drops.drop_folder import DropFolder, Entry
from schemas.errors import DepartmentTimeout

T = TypeVar("T")


class TimedFolder:
    """Do with another drop what it allows, each step within the deadline."""

    def __init__(self, drop: DropFolder, seconds: float, who: str) -> None:
        self._drop, self._seconds, self._who, self._is_stuck = drop, seconds, who, False

    def list(self, folder: str, *, may_miss: bool = False) -> list[Entry]:
        """Return the regular files of a folder."""
        return self._step(lambda: self._drop.list(folder, may_miss=may_miss))

    def look(self, path: str) -> Entry | None:
        """Return one file, or None."""
        return self._step(lambda: self._drop.look(path))

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset` on."""
        return self._step(lambda: self._drop.read(path, offset, size))

    def move(self, path: str, target: str) -> bool:
        """Move a file."""
        return self._step(lambda: self._drop.move(path, target))

    def write_beside(self, path: str, content: bytes) -> str:
        """Write to a hidden name beside `path`."""
        return self._step(lambda: self._drop.write_beside(path, content))

    def write(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        self._step(lambda: self._drop.write(path, content))

    def close(self) -> None:
        """Let go; of a drop that hangs there is nothing to let go of."""
        if not self._is_stuck:
            self._step(self._drop.close)

    def _step(self, work: Callable[[], T]) -> T:
        """Work in a thread that does not keep the process; DepartmentTimeout when it does not end."""
        done = Future[T]()
        if not self._is_stuck:
            threading.Thread(target=_answer, args=(done, work), daemon=True, name="drop").start()
        try:
            return done.result(0 if self._is_stuck else self._seconds)
        except Expired:
            self._is_stuck = True
            raise DepartmentTimeout(
                f"{self._who}: the drop did not answer in {self._seconds:g} s; it is left alone and can be tried again"
            ) from None


def _answer(done: Future[T], work: Callable[[], T]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001  it is raised where the step is waited for
        done.set_exception(error)
