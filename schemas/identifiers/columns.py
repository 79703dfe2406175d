"""How a column of codes becomes a matrix of bytes that numpy can judge at once.

Knows widths and bytes; the rules stay in the module of each identifier.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

Bytes = npt.NDArray[np.uint8]
Values = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NO_VALUE = -1
DIGITS = "0123456789"
LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def value_table(alphabet: str) -> Values:
    """Return the value of each byte in an alphabet, NO_VALUE for every other byte."""
    table = np.full(256, NO_VALUE, dtype=np.int32)
    table[np.frombuffer(alphabet.encode("ascii"), dtype=np.uint8)] = np.arange(len(alphabet), dtype=np.int32)
    return table


def code_matrix(codes: pl.Series, width: int) -> Bytes:
    """Return one row of bytes for each code; every code must be `width` bytes long."""
    joined = codes.str.join("").item().encode()
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, width)


def judge_width(codes: pl.Series, width: int, judge: Callable[[Bytes], Flags]) -> pl.Series:
    """Judge the codes of one width together; another width is false, null stays null."""
    fits = (codes.str.len_bytes() == width).fill_null(value=False)
    verdicts = np.zeros(len(codes), dtype=np.bool_)
    if fits.any():
        verdicts[fits.to_numpy()] = judge(code_matrix(codes.filter(fits), width))
    return pl.select(pl.when(codes.is_not_null()).then(pl.Series(codes.name, verdicts))).to_series()
