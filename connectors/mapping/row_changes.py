"""What the department says happened to a row: kept, or deleted at the source (`cd_operation` I, U, D).

A deleted row is a version of its license that is cancelled: history stays, and nobody relies on it any more.
"""

from __future__ import annotations

import dataclasses

import polars as pl
from msgspec.structs import replace

from connectors.declarations.declared import Feed
from connectors.mapping.mapping import MappedPage
from schemas.license.license import LICENSE
from schemas.license.problems import Problem, describe_value, problems_frame
from schemas.phrases import Phrase, phrase

DELETED = "cancelled"


def apply_changes(feed: Feed, mapped: MappedPage) -> MappedPage:
    """Turn deleted rows into cancelled versions, and let a row with an unknown change wait."""
    change = feed.change
    if change is None:
        return mapped
    said = mapped.source[change.column].str.strip_chars()
    is_deleted = said.is_in(change.deleted).fill_null(value=False)
    reason = pl.format("数据源删除({}={})", pl.lit(change.column), said)
    frame = mapped.frame.with_columns(
        pl.when(is_deleted).then(pl.lit(DELETED)).otherwise(pl.col("status")).alias("status"),
        pl.when(is_deleted).then(reason).otherwise(pl.col("change_reason")).alias("change_reason"),
    )
    unknown = (~said.is_in([*change.kept, *change.deleted])).fill_null(value=True).arg_true()
    listed = ", ".join([*change.kept, *change.deleted])
    known = Problem("record.unknown_code", "status", phrase("one_of", listed), phrase("nothing"))
    told = [replace(known, got=_shown(said[row])) for row in unknown]
    more = problems_frame(list(zip(unknown.to_list(), told, strict=True)))
    return dataclasses.replace(
        mapped, frame=frame, problems=pl.concat([mapped.problems, more]).sort("row", maintain_order=True)
    )


def _shown(said: str | None) -> Phrase:
    return describe_value(LICENSE.field("status"), said) if said else phrase("nothing")
