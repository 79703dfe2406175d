"""One element as an answer shows it: the verdict, the value, and every value beside it with its source.

Masks what may name somebody else; decides nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from license_library.answers import FactBrief, FactField, Source, Words
from license_library.asking.bound_holders import Bound
from license_library.asking.freshness import source_of
from license_library.asking.holder_codes import HolderCode
from license_library.asking.listed_holders import persons_of
from license_library.asking.masking import mask_text
from license_library.facts.fact_verdicts import Judged
from license_library.facts.fact_words import VERDICTS, fact_words, master_words, reason_words
from license_library.facts.facts import Fact
from license_library.storage.keyring import Keyring
from schemas.catalogue.elements import Element


def applicants_field(name: str, words: Words, part: Words) -> FactField:
    """Return a field that no element answers."""
    return FactField(
        name, words, part, None, "applicant_fills", "own", VERDICTS["applicant_fills"],
        reason_words("applicant_fills", "own", None, is_master=False), None, [], None, None,
    )  # fmt: skip


def element_field(  # noqa: PLR0913, PLR0917 - what is named, what is known of it, of whom, when
    element: Element,
    words: Words,
    part: Words,
    judged: Judged,
    subject_id: int | None,
    keyring: Keyring,
    holder: HolderCode,
    bound: Bound,
    now: datetime | None,
) -> FactField:
    """Return what is known of one element; of the past, which is asked without a clock, no source: its freshness is today's."""
    facts = [fact_brief(fact, judged.facts[0], keyring, holder, bound, now) for fact in judged.facts]
    is_master = bool(facts) and facts[0].is_master
    silent = judged.witness is not None and not facts
    source = _source_of(judged.witness, now) if silent else facts[0].source if facts else None
    has_conflict = judged.verdict == "conflict" or judged.reason == "settled"
    return FactField(
        name=element.code,
        words=words,
        part=part,
        element=element.code,
        verdict=judged.verdict,
        reason=judged.reason,
        verdict_words=VERDICTS[judged.verdict],
        reason_words=_reason_words(judged, is_master=is_master),
        value=facts[0].value if facts else None,
        facts=facts,
        conflict=f"{subject_id}/{element.code}" if has_conflict and subject_id is not None else None,
        source=source,
    )


def _source_of(row: Any, now: datetime | None) -> Source | None:
    return None if now is None else source_of(row, now)


def _reason_words(judged: Judged, *, is_master: bool) -> Words:
    words = reason_words(judged.verdict, judged.reason, judged.witness, is_master=is_master)
    is_of_another = bool(judged.facts) and judged.witness is not judged.facts[0].row
    return master_words(words) if is_of_another else words


def fact_brief(
    fact: Fact, shown: Fact, keyring: Keyring, holder: HolderCode, bound: Bound, now: datetime | None
) -> FactBrief:
    """Return one value with its source, of the past without."""
    row: Any = fact.row
    other = None if row is None or row.is_own else bound.others.get(row.held_by)
    codes = [holder.code, *([other.code] if other else ()), *(persons_of(row, keyring) if row is not None else ())]
    told = {} if row is None else {
        "license_id": row.license_id, "version_count": row.version_count, "license_type": row.license_type,
        "license_type_name": row.license_type_name, "source_updated_at": row.source_updated_at,
        "known_from": row.known_from, "source": _source_of(row, now), "is_disputed": row.is_disputed,
    }  # fmt: skip
    nothing = dict.fromkeys(
        (
            "license_id",
            "version_count",
            "license_type",
            "license_type_name",
            "source_updated_at",
            "known_from",
            "source",
        )
    ) | {"is_disputed": False}
    return FactBrief(
        value=mask_text(fact.value, *codes),
        agrees=fact.normal == shown.normal,
        is_master=fact.source.is_master,
        in_force=fact.in_force,
        field=fact.source.field,
        words=fact_words(fact.source, row and row.license_type_name, row and row.source_updated_at),
        bound_words=other.told.words if other else None,
        **{**nothing, **told},
    )
