"""One step ahead changes nothing but the time it takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hub.pulling.ahead import one_ahead, one_behind


def test_the_same_items_come_in_the_same_order() -> None:
    assert list(one_ahead(iter(range(50)))) == list(range(50))
    assert list(one_ahead(iter([]))) == []


def test_the_next_item_is_made_while_the_caller_works() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    ahead = one_ahead(items())
    assert next(ahead) == 1
    assert made.wait(5)
    assert next(ahead) == 2


def test_what_making_an_item_raises_is_raised_after_the_items_before() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    ahead = one_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="broken"):
        next(ahead)


def test_a_caller_that_stops_leaves_no_thread() -> None:
    ahead = one_ahead(iter(range(10)))
    next(ahead)
    ahead.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_what_was_left_behind_is_done_in_order_and_at_most_one_piece_waits() -> None:
    done: list[int] = []
    with one_behind() as leave:
        for number in range(5):
            leave(done.append, number)
            assert len(done) >= number
    assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("pieces", [1, 3])
def test_an_error_of_a_piece_left_behind_comes_up_and_nothing_follows_it(pieces: int) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if not number:
            raise ValueError("broken")
        done.append(number)

    def leave_all() -> None:
        with one_behind() as leave:
            for number in range(pieces):
                leave(work, number)

    with pytest.raises(ValueError, match="broken"):
        leave_all()
    assert not done
