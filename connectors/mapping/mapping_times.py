"""Dates and instants from text, strictly by one declared form, column by column. Reads no clock."""

from __future__ import annotations

import polars as pl

from connectors.declarations.time_forms import time_pattern, written_form


def date_of(value: pl.Expr, form: str) -> pl.Expr:
    """Return dates; null where a value is not written exactly so or names no day."""
    exact, form = _plain(_exact(value, form), form), written_form(form)
    return (
        exact.str.to_datetime(form, strict=False).dt.date() if "%H" in form else exact.str.to_date(form, strict=False)
    )


def instant_of(value: pl.Expr, form: str, zone: str) -> pl.Expr:
    """Return aware UTC instants of local times in `zone`; an hour that came twice is its first, one that never was is null."""
    exact = _exact(value, form)
    local = _local(_plain(exact, form), written_form(form))
    aware = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    if form == written_form(form):
        return aware
    offset = _offset(exact)
    told = (local - offset).dt.replace_time_zone("UTC")
    return pl.when(offset.is_null()).then(aware).otherwise(told) + _fraction(exact)


def _local(plain: pl.Expr, form: str) -> pl.Expr:
    local = plain.str.to_datetime(form, strict=False) if "%H" in form else plain.str.to_date(form, strict=False)
    return local.cast(pl.Datetime("us"))


def _plain(exact: pl.Expr, form: str) -> pl.Expr:
    """Cut off what XML lets follow: fraction and zone."""
    return exact if form == written_form(form) else exact.str.slice(0, 19 if "T" in written_form(form) else 10)


def _offset(exact: pl.Expr) -> pl.Expr:
    """Return how far a zone is ahead of UTC; null where none is written."""
    sign = pl.when(exact.str.contains(r"-[0-9]{2}:[0-9]{2}$")).then(-1).otherwise(1)
    hours = exact.str.extract(r"[+-]([0-9]{2}):[0-9]{2}$").cast(pl.Int64)
    minutes = exact.str.extract(r"[+-][0-9]{2}:([0-9]{2})$").cast(pl.Int64)
    zero = pl.when(exact.str.ends_with("Z")).then(0)
    return pl.duration(minutes=pl.coalesce(sign * (hours * 60 + minutes), zero))


def _fraction(exact: pl.Expr) -> pl.Expr:
    digits = exact.str.extract(r"\.([0-9]{1,9})").str.pad_end(9, "0").str.slice(0, 6)
    return pl.duration(microseconds=digits.cast(pl.Int64).fill_null(0))


def _exact(value: pl.Expr, form: str) -> pl.Expr:
    """Keep what has the form's exact shape: the parser alone would read 2024-1-5 and +2024 too."""
    return pl.when(value.str.contains(time_pattern(form))).then(value)
