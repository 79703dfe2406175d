"""Repeatable chance: the same seed, realm and number always throw the same. Knows nothing of what is thrown for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Throw for one thing at a time; `begin` names the thing by its number."""

    def __init__(self, seed: int, realm: str) -> None:
        self._start = int.from_bytes(hashlib.sha256(f"{seed}/{realm}".encode()).digest()[:6], "big")
        self._random = Random()  # noqa: S311  invented data, no secret
        self.throw = self._random.random
        self._reseed = super(Random, self._random).seed  # the same for whole numbers, without the questions

    def begin(self, number: int) -> None:
        """Start the throws for thing `number`."""
        self._reseed(self._start + number)

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to `bound` - 1."""
        return int(self.throw() * bound)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`."""
        return options[int(self.throw() * len(options))]

    def scatter(self, number: int, bound: int) -> int:
        """Return a number below `bound` for thing `number` without a throw: cheap, and open to random access."""
        return ((number + 1) * 0x9E3779B97F4A7C15 + self._start >> 16) % bound
