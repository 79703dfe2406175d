"""One difference between the pinned and the live contract: what it does to a feed, and its words in both languages.

Knows sentences; compares nothing.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Effect = Literal["harmless", "watch", "breaks"]
Noun = Literal["field", "parameter", "column"]
NOUNS: dict[Noun, str] = {"field": "字段", "parameter": "请求参数", "column": "列"}
SENTENCES: dict[str, tuple[str, str]] = {
    "operation_removed": ("接口 {place} 已被取消", "{place} is gone"),
    "operation_added": ("新增接口 {place}", "{place} is new"),
    "removed": ("{zh} {place} 已被删除", "{en} {place} is gone"),
    "added": ("新增{zh} {place}", "{en} {place} is new"),
    "added_required": ("新增必填{zh} {place}", "{en} {place} is new and required"),
    "renamed": ("{zh} {place} 疑似更名为 {new}", "{en} {place} seems to be called {new} now"),
    "now_required": ("{zh} {place} 现为必填", "{en} {place} is required now"),
    "now_optional": ("{zh} {place} 现可缺省", "{en} {place} may be left out now"),
    "type_changed": ("{zh} {place} 的类型由 {old} 变为 {new}", "{en} {place} was {old} and is {new} now"),
    "form_changed": ("{zh} {place} 的写法由 {old} 变为 {new}", "{en} {place} was written {old} and is {new} now"),
    "list_changed": ("{zh} {place} 由 {old} 变为 {new}", "{en} {place} was {old} and is {new} now"),
    "code_added": ("{zh} {place} 的代码表新增 {new}", "{en} {place} may hold code {new} now"),
    "code_removed": ("{zh} {place} 的代码表取消 {old}", "{en} {place} no longer holds code {old}"),
    "length_shortened": ("{zh} {place} 的长度由 {old} 缩短为 {new}", "{en} {place} was {old} long and is {new} now"),
    "length_extended": ("{zh} {place} 的长度由 {old} 放宽为 {new}", "{en} {place} was {old} long and is {new} now"),
    "namespace_changed": ("命名空间 {old} 变为 {new}", "namespace {old} became {new}"),
    "sign_in_changed": ("登录方式由 {old} 变为 {new}", "its sign-in was {old} and is {new} now"),
}
EFFECTS: dict[Effect, tuple[str, str]] = {
    "breaks": (
        "本数据流要用到它：仍按已固定的契约取数，读不出的记录进入隔离区或整批拒收；请核对新契约并更新声明",
        "this feed needs it: it goes on by the pinned contract, and what cannot be read is quarantined or refused; "
        "review the new contract and the declaration",
    ),
    "watch": ("本数据流要用到它，请留意隔离记录", "this feed uses it; watch its quarantine"),
    "harmless": ("不影响取数", "nothing we read changes"),
}


class Difference(msgspec.Struct, frozen=True):
    """Say one thing that differs. `feed` is empty where no feed uses it."""

    feed: str
    kind: str
    place: str
    effect: Effect
    words_zh: str
    words_en: str
    cause: str  # the same text whenever it is the same difference


def tell_difference(
    feed: str, kind: str, place: str, effect: Effect, *, noun: Noun = "field", old: str = "", new: str = ""
) -> Difference:
    """Return a difference with its words."""
    zh, en = SENTENCES[kind]
    after = EFFECTS[effect]
    words = (
        f"{zh.format(place=place, zh=NOUNS[noun], old=old, new=new)}；{after[0]}",
        f"{en.format(place=place, en=noun, old=old, new=new)}; {after[1]}",
    )
    return Difference(feed, kind, place, effect, *words, " ".join(filter(None, [kind, place, old, new])))
