"""Work made one step ahead, or left one step behind: a thread is busy with one piece, the caller with the next.

Knows no work. The order stays, and an error comes up where the caller next meets the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def one_ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the same items in the same order, and raise what making one raised where it would have been yielded."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


@contextmanager
def one_behind() -> Iterator[Callable[..., None]]:
    """Give a function that leaves a piece of work to a thread, as soon as the piece before it is done; at the end all is done."""
    left: Future[Any] | None = None

    def leave(work: Callable[..., Any], *facts: Any) -> None:
        nonlocal left
        if left:
            left.result()
        left = thread.submit(work, *facts)

    with ThreadPoolExecutor(1, thread_name_prefix="behind") as thread:
        yield leave
        if left:
            left.result()
