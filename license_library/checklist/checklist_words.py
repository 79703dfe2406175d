"""The sentences of a checklist: reason and one action for each verdict.

Knows verdicts as codes and who issues a license; knows no table and no holder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from license_library.answers import Words
from license_library.asking.doubts import (
    CONTRADICTED,
    DISPLACED,
    DISPUTED,
    ELSEWHERE,
    GOOD_ELSEWHERE,
    UNLISTED,
    WAITING,
)
from license_library.asking.waiting_records import unreadable_words
from license_library.words.verify_words import OTHER_NUMBER, replaced_words
from license_library.words.wording import freshness_words, problem_words, validity_words

MOST_REASONS: Final = 3
_NO_FEED = Words("尚无部门向本平台提供该类证照", "no department delivers this license type yet")
_DOUBTS: Final = {
    "contradicted": CONTRADICTED,
    "good_elsewhere": GOOD_ELSEWHERE,
    "displaced": DISPLACED,
    "unlisted": UNLISTED,
    "doubted_elsewhere": ELSEWHERE,
}
_BRING = Words("请申请人提交该证照", "let the applicant bring it")
_ASK_AGAIN: Final = {
    "other_holder": Words("请用该持证人本人的代码另行查询", "ask again with that holder's own code"),
    "other_number": Words("请用其统一社会信用代码另行查询", "ask again with its credit code"),
    "older_number": Words(
        "请用其组织机构代码或原税务登记号另行查询", "ask again with its organisation code or old tax number"
    ),
}


def reason_words(row: Any) -> Words:
    """Return the reason of a verdict in one sentence; of an old type with what took its place."""
    words = _REASONS[row.verdict](row)
    if row.replacing_name is None or row.held_type == row.license_type:
        return words
    since = (
        f"该证照自 {row.ended_on} 起由{row.replacing_name}取代",
        f"replaced by {row.replacing_name} since {row.ended_on}",
    )
    return Words(f"{since[0]}：{words.zh}", f"{since[1]}: {words.en}")


def action_words(row: Any) -> Words | None:
    """Return the one thing to do next, or None."""
    return _ACTIONS[row.verdict](row)


def _term(row: Any) -> Words:
    return validity_words(row.validity, row.status, row.valid_from, row.valid_to, row.open_ended)


def _last_known(row: Any) -> Words:
    """Return the term, and whether another license took its place."""
    term = _term(row)
    for more in replaced_words(row.status, is_replaced=row.is_replaced):
        term = Words(f"{term.zh}；{more.zh}", f"{term.en}; {more.en}")
    return term


def _silence(row: Any) -> Words:
    return freshness_words("never" if row.fresh_at is None else "silent", row.fresh_at, row.fresh_seconds)


def _stale(row: Any) -> Words:
    term, why = _term(row), _DOUBTS.get(row.reason) or _silence(row)
    return Words(f"最后所知：{term.zh}；{why.zh}", f"last known: {term.en}; {why.en}")


def _disputed(row: Any) -> Words:
    term = _term(row)
    return Words(f"{term.zh}；{DISPUTED.zh}", f"{term.en}; {DISPUTED.en}")


def _not_held(row: Any) -> Words:
    none = Words(
        f"未查到该证照，由{row.issuer_name}颁发", f"no such license of this holder; it is issued by {row.issuer_name}"
    )
    return _beside_anybodys(row, none)


def _beside_anybodys(row: Any, words: Words) -> Words:
    """Add that records wait which may be this holder's: with a few of them a verdict is still worth more than none."""
    if not row.quarantine_ids:
        return words
    maybe = unreadable_words(len(row.quarantine_ids))
    return Words(f"{words.zh}；{maybe.zh}", f"{words.en}; {maybe.en}")


def _waiting(row: Any) -> Words:
    if row.reason == "newer_waits":
        term = _term(row)
        return Words(f"最后所知：{term.zh}；{WAITING.zh}", f"last known: {term.en}; {WAITING.en}")
    if row.reason == "batch_held":
        return Words(
            f"该主体有 {row.held_count} 条记录在整批暂缓的批次中，尚未入库",
            f"{row.held_count} records of this holder are in a batch that is held for the steward",
        )
    count, why = len(row.quarantine_ids), _reasons(row.waiting_codes)
    return Words(
        f"有 {count} 条该主体的记录因数据问题未入库：{why.zh}",
        f"{count} records of this holder wait for the steward: {why.en}",
    )


def _reasons(codes: str) -> Words:
    """Return what is wrong with the waiting records, the most frequent first, and no more than three things."""
    said = [problem_words(code) for code, _ in Counter(filter(None, codes.split(","))).most_common(MOST_REASONS)]
    return Words("、".join(one.zh for one in said), ", ".join(one.en for one in said))


def _brought(row: Any) -> Words:
    if row.origin == "agency":
        return Words("由中介机构出具", "made by an intermediary agency")
    return Words("由申请人自备", "made by the applicant")


def _unknown(row: Any) -> Words:
    return _UNKNOWN.get(row.reason, _unheard)(row)


def _unheard(row: Any) -> Words:
    return _silence(row) if row.license_id is None else _stale(row)


def _other_holder(row: Any) -> Words:
    if row.kind == "organisation":
        return Words("该证照的持证人是自然人，不在单位名下", "a person holds this license, not an organisation")
    return Words("该证照的持证人是法人或其他组织", "an organisation holds this license, not a person")


def _found(row: Any) -> Words:
    return Words("未查到该证照", "no such license of this holder") if row.license_id is None else _last_known(row)


def _other_number(row: Any) -> Words:
    """Say what was found under a number, and that another with the same organisation code is not bound to it yet."""
    found = _found(row)
    if row.reason == "older_number":
        return Words(f"{found.zh}；{OTHER_NUMBER.zh}", f"{found.en}; {OTHER_NUMBER.en}")
    return Words(
        f"{found.zh}；该组织机构代码可能已并入某统一社会信用代码，尚未认定为同一主体",
        f"{found.en}; a credit code may hold this organisation code, and nobody has decided yet that both are one",
    )


def _older(row: Any) -> Words:
    """Say what was found of the type that this one replaced, whose licenses may stay good."""
    name = row.older_name
    if row.reason == "older_waits":
        return Words(
            f"该证照已取代{name}，该主体有{name}的记录待处理，原证可能仍然有效",
            f"it replaced {name}, of which a record of this holder waits for the steward; the older license may still be good",
        )
    last = _last_known(row)
    return Words(
        f"没有可用的该证照，但查到由其取代的{name}：{last.zh}；原证可能仍然有效",
        f"none of it is good, but {name}, which it replaced, was found: {last.en}; the older license may still be good",
    )


def _undelivered(row: Any) -> Words:
    """Say what was found, and that nobody delivers another type that would serve."""
    if row.undelivered is None:
        return _NO_FEED
    found, kin = _found(row), row.undelivered
    return Words(
        f"{found.zh}；尚无部门向本平台提供{kin}，该主体可能持有仍然有效的{kin}",
        f"{found.en}; no department delivers {kin} yet, and the holder may have a good one, which serves as well",
    )


def _ask_holder(row: Any) -> Words:
    if row.undelivered is not None:
        kin = row.undelivered
        return Words(
            f"请申请人提交该证照，或仍然有效的{kin}",
            f"let the applicant bring it, or {kin} if that is still good",
        )
    if row.reason in ("older_type", "older_waits"):
        return Words(
            f"请申请人提交{row.older_name}，并核实其是否可用",
            f"let the applicant bring {row.older_name}, and ask whether it serves",
        )
    return _ASK_AGAIN.get(row.reason, _BRING)


def _ask_steward(row: Any) -> Words:
    if row.reason == "batch_held":
        return Words("请数据管理员放行或作废该批次", "ask the steward to release or discard the held batch")
    return Words("请数据管理员处理隔离记录", "ask the steward to mend the waiting records")


def _ask_issuer(row: Any) -> Words:
    issuer = row.issuer_name
    return Words(f"请向{issuer}核实后再采用", f"ask {issuer} before relying on it")


_REASONS: Final[dict[str, Callable[[Any], Words]]] = {
    "held": _last_known,
    "disputed": _disputed,
    "stale": _stale,
    "expired": lambda row: _beside_anybodys(row, _term(row)),
    "not_good": lambda row: _beside_anybodys(row, _last_known(row)),
    "not_held": _not_held,
    "in_quarantine": _waiting,
    "applicant_brings": _brought,
    "unknown": _unknown,
}

_UNKNOWN: Final[dict[str, Callable[[Any], Words]]] = {
    "no_feed": _undelivered,
    "older_no_feed": _undelivered,
    "superseded": _last_known,
    "older_type": _older,
    "older_waits": _older,
    "other_holder": _other_holder,
    "other_number": _other_number,
    "older_number": _other_number,
}

_ACTIONS: Final[dict[str, Callable[[Any], Words | None]]] = {
    "held": lambda _: None,
    "disputed": _ask_issuer,
    "stale": _ask_issuer,
    "expired": lambda row: Words(f"请到{row.issuer_name}延续或换发", f"have {row.issuer_name} renew it"),
    "not_good": _ask_issuer,
    "not_held": lambda row: Words(f"请到{row.issuer_name}办理", f"apply to {row.issuer_name}"),
    "in_quarantine": _ask_steward,
    "applicant_brings": lambda _: None,
    "unknown": _ask_holder,
}
