"""One rule of a declaration as an expression over source columns. Knows no frame and no department."""

from __future__ import annotations

from datetime import date

import polars as pl

from connectors.declarations.declared_fields import FieldRule
from connectors.mapping.mapping_times import date_of


def expression(rule: FieldRule, kind: pl.DataType) -> pl.Expr:
    """Return what a rule makes of its source column; null where it knows no value for it."""
    if rule.value is not None:
        return pl.lit(date.fromisoformat(rule.value) if kind == pl.Date else rule.value).cast(kind)
    value = pl.col(rule.from_)
    if rule.open_ended:
        value = pl.when(~value.is_in(rule.open_ended)).then(value)
    if rule.date is not None:
        return date_of(value, rule.date)
    if rule.codes is not None:
        return value.replace_strict(rule.codes, default=None, return_dtype=pl.String)
    if rule.normalise == "identifier":
        return value.str.normalize("NFKC").str.strip_chars().str.to_uppercase()
    return value


def clean_texts(source: pl.DataFrame) -> pl.DataFrame:
    """Strip blanks around every value; an empty value is no value."""
    return source.select(pl.all().str.strip_chars()).select(pl.when(pl.all() != "").then(pl.all()))
