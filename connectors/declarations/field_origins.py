"""Where each field of a record comes from, and what becomes of its source value on the way: a declaration in words.

Reads a declaration; maps nothing. What is said here is kept with the mapping version it was true for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_fields import FieldRule
from schemas.license.license import LICENSE

CODES_SHOWN = 12
JOINED = ("holder_name", "holder_code")  # fields that a separator takes apart


@dataclass(frozen=True)
class FieldOrigin:
    """Say of one field which source fields it is read from, and how, in both languages. `field` is `face.x` on a face."""

    field: str
    sources: list[str]
    paths: list[str]
    zh: str
    en: str
    is_personal: bool


def describe_fields(department: Department, feed: Feed) -> list[FieldOrigin]:
    """Return the origin of every field that the declaration fills, in the order of the record type."""
    told = {name: (sources, zh, en) for name, sources, zh, en in _told(department, feed)}
    origins = [
        _origin(department, feed, field.name, *told[field.name], field.personal)
        for field in LICENSE.fields
        if field.name in told
    ]
    faces = [
        _origin(department, feed, f"face.{name}", [source], "照录到照面信息", "taken as it is onto the face", True)
        for name, source in sorted(feed.face.items())
    ]
    return origins + faces


def _told(department: Department, feed: Feed) -> Iterator[tuple[str, list[str], str, str]]:
    yield "record_id", feed.key, *_key_words(feed.key)
    form = f"{feed.cursor.format}, {department.timezone}"
    yield "source_updated_at", [feed.cursor.field], f"按 {form} 读作时间", f"read as a time written {form}"
    for name, rule in feed.fields.items():
        zh, en = _rule_words(rule)
        yield name, [rule.from_] if rule.from_ else [], zh, en
    ends = feed.fields.get("valid_to", FieldRule())
    if ends.open_ended:
        meant = "、".join(ends.open_ended)
        yield "open_ended", [ends.from_], f"为 {meant} 时表示长期", f"set where it says {meant}"
    if "license_name" not in feed.fields:
        yield "license_name", [], "按证照类型目录取名称", "the name of its license type in the catalogue"
    if feed.holders:
        named = [feed.holders.list] if feed.holders.list else [feed.fields[name].from_ for name in JOINED]
        yield "holders", named, "多个持证主体逐一列出", "everyone, where several are named"
    if feed.change:
        yield from _change_words(feed)


def _change_words(feed: Feed) -> Iterator[tuple[str, list[str], str, str]]:
    assert feed.change is not None  # noqa: S101 - the caller has looked
    status = feed.fields.get("status", FieldRule())
    zh, en = _rule_words(status)
    gone = "、".join(feed.change.deleted)
    sources = [name for name in (status.from_, feed.change.column) if name]
    column = feed.change.column
    yield "status", sources, f"{zh}；{column} 为 {gone} 时为已注销", f"{en}; cancelled where {column} is {gone}"


def _key_words(key: list[str]) -> tuple[str, str]:
    if len(key) == 1:
        return "照录", "taken as it is"
    return "以 / 连接", "joined by /"


def _rule_words(rule: FieldRule) -> tuple[str, str]:
    if rule.value is not None:
        return f"固定为 {rule.value}", f"always {rule.value}"
    zh, en = _form_words(rule)
    if rule.open_ended:
        meant = "、".join(rule.open_ended)
        return f"{zh}；{meant} 表示没有截止", f"{en}; {meant} means no end"
    return zh, en


def _form_words(rule: FieldRule) -> tuple[str, str]:
    if rule.date is not None:
        return f"按 {rule.date} 读作日期", f"read as a date written {rule.date}"
    if rule.codes is not None:
        pairs = [f"{source}→{ours}" for source, ours in list(rule.codes.items())[:CODES_SHOWN]]
        more = "…" if len(rule.codes) > CODES_SHOWN else ""
        table = "、".join(pairs) + more
        return f"按代码表转换：{table}", f"by code table: {table}"
    if rule.normalise == "identifier":
        return "规范化（NFKC、去空格、转大写）", "in normal form (NFKC, no blanks, upper case)"
    return "照录", "taken as it is"


def _origin(
    department: Department, feed: Feed, field: str, sources: list[str], zh: str, en: str, is_personal: bool
) -> FieldOrigin:
    paths = [_path(department, feed, name) for name in sources]
    return FieldOrigin(field, list(sources), paths, zh, en, is_personal)


def _path(department: Department, feed: Feed, name: str) -> str:
    if department.transport.kind == "table":
        return f"{feed.table}.{name}"
    within = "" if feed.records in {"", "."} else f"{feed.records}/"
    return f"{within}{name}"
