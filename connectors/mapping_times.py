"""Dates and instants from text, strictly by one declared form, column by column. Reads no clock."""

from __future__ import annotations

import polars as pl

from connectors.time_forms import time_pattern


def date_of(value: pl.Expr, form: str) -> pl.Expr:
    """Return dates; null where a value is not written exactly so or names no day."""
    exact = _exact(value, form)
    return (
        exact.str.to_datetime(form, strict=False).dt.date() if "%H" in form else exact.str.to_date(form, strict=False)
    )


def instant_of(value: pl.Expr, form: str, zone: str) -> pl.Expr:
    """Return aware UTC instants of local times in `zone`; an hour that came twice is its first, one that never was is null."""
    exact = _exact(value, form)
    local = exact.str.to_datetime(form, strict=False) if "%H" in form else exact.str.to_date(form, strict=False)
    aware = local.cast(pl.Datetime("us")).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return aware.dt.convert_time_zone("UTC")


def _exact(value: pl.Expr, form: str) -> pl.Expr:
    """Keep what has the form's exact shape: the parser alone would read 2024-1-5 and +2024 too."""
    return pl.when(value.str.contains(time_pattern(form))).then(value)
