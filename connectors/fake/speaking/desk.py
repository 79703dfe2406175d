"""The desk where a fake department takes deliveries: it judges them, keeps what it took, and answers questions about it.

Knows a department by its declaration alone, as values under paths; knows no wire.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from connectors.declarations.declared import Department, Feed
from connectors.declarations.declared_delivery import Answered, Ask, Delivery, Out, Receipt
from connectors.declarations.declared_parts import Success
from connectors.declarations.delivery_feeds import asking_feed, sending_feed
from connectors.declarations.request_template import holds_secret, put
from connectors.fake.speaking.answers import WrongRequest, flatten
from schemas.deliveries.deliveries import payload_names

Role = Literal["deliver", "ask", "poll"]
TURNS_AWAY = {
    "500_before", "503", "rate_limited_429", "200_with_fault", "200_html_login", "202_empty", "204",
    "redirect_internal", "redirect_file",
}  # fmt: skip
POLLS = 2  # a receipt is done when it is asked for so many times
PENDING = "处理中"


@dataclass
class Taken:
    """Hold one delivery that the department took; `times` is how often it was done, `received` how often it came."""

    kind: str
    delivery_key: str
    values: dict[str, str]
    number: str
    times: int = 1
    received: int = 1
    polls: int = 0


@dataclass(frozen=True)
class Called:
    """Hold one call that the desk answers."""

    feed: Feed
    role: Role
    delivery: Delivery = field(repr=False)


class Desk:
    """Take deliveries of one department."""

    def __init__(self, department: Department) -> None:
        self.calls = [call for one in department.deliveries.values() for call in _calls(department, one)]
        self.taken: list[Taken] = []
        self._lock = threading.Lock()

    def answer(self, called: Called, given: Mapping[str, str], headers: Mapping[str, str], mode: str) -> dict[str, Any]:
        """Return the answer as nested values; WrongRequest in the department's words."""
        with self._lock:
            if called.role == "deliver":
                return self._take(called.delivery, given, _key_of(called.delivery, given, headers), mode)
            told: dict[str, Any] = {}
            for one in self.calls:  # one operation may answer both questions
                question = one.delivery.ask if one.role == "ask" else one.delivery.receipt
                if question and one.role != "deliver" and _place(one) == _place(called):
                    for place, value in flatten(self._tell(question, one.delivery, given)).items():
                        put(told, place, value)
            return told

    def inbox(self) -> list[dict[str, Any]]:
        """Return what was taken, in order."""
        with self._lock:
            return [
                {
                    "kind": one.kind,
                    "delivery_key": one.delivery_key,
                    "values": one.values,
                    "times": one.times,
                    "received": one.received,
                }
                for one in self.taken
            ]

    def take(self, delivery: Delivery, given: Mapping[str, str], key: str, mode: str) -> None:
        """Take a delivery that came without a call; WrongRequest in the department's words."""
        with self._lock:
            self._take(delivery, given, key, mode)

    def _take(self, delivery: Delivery, given: Mapping[str, str], key: str, mode: str) -> dict[str, Any]:
        _check(delivery, given)
        known = next((one for one in self.taken if key and one.delivery_key == key), None)
        if mode not in TURNS_AWAY:
            if known:
                known.received += 1
            else:
                known = Taken(delivery.kind, key, dict(given), f"{delivery.kind[:3].upper()}{len(self.taken) + 1:06}")
                known.times += mode == "applies_twice" and not key
                self.taken.append(known)
        answer: dict[str, Any] = {}
        if delivery.success:
            put(answer, delivery.success.field, delivery.success.values[0])
            if delivery.success.message:
                put(answer, delivery.success.message, "成功")
        if delivery.number and known:
            put(answer, delivery.number, known.number)
        return answer

    def _tell(self, question: Ask | Receipt, delivery: Delivery, given: Mapping[str, str]) -> dict[str, Any]:
        found = next((one for one in self.taken if _is_meant(question, delivery, one, given)), None)
        if isinstance(question, Ask):
            return _state(question.found_when if found else question.missing_when)
        if found:
            found.polls += 1
        done = question.done_when
        if not found or found.polls < POLLS:
            return _state(Success(field=done.field, values=[PENDING]))
        return _answered(_state(done), question.answer)


def _calls(department: Department, delivery: Delivery) -> list[Called]:
    if department.transport.kind not in {"soap", "rest"}:
        return []
    calls = [Called(sending_feed(delivery), "deliver", delivery)]
    if delivery.ask:
        calls.append(Called(asking_feed(department, delivery, delivery.ask), "ask", delivery))
    if delivery.receipt:
        calls.append(Called(asking_feed(department, delivery, delivery.receipt), "poll", delivery))
    return calls


def _place(called: Called) -> tuple[str, str]:
    return called.feed.operation, called.feed.path


def _state(shown: Success) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    put(answer, shown.field, shown.values[0])
    return answer


def _answered(answer: dict[str, Any], told: Answered | None) -> dict[str, Any]:
    """Answer a correction request as well, in the first way there is."""
    if told:
        put(answer, told.field, next(iter(told.codes)))
    if told and told.message:
        put(answer, told.message, "经核实")
    return answer


def _key_of(delivery: Delivery, given: Mapping[str, str], headers: Mapping[str, str]) -> str:
    key = delivery.key
    if key is None:
        return ""
    named = {name.lower(): value for name, value in headers.items()}
    text = given.get(key.field, "") if key.field else named.get(key.header.lower(), "")
    if not text:
        raise WrongRequest(f"缺少 {key.field or key.header}")
    return text


def _check(delivery: Delivery, given: Mapping[str, str]) -> None:
    """Judge a delivery as strictly as the department would by its own rules."""
    keyed = {delivery.key.field} if delivery.key and delivery.key.field else set()
    unknown = sorted(given.keys() - delivery.fields.keys() - keyed)
    if unknown:
        raise WrongRequest(f"参数 {unknown[0]} 不存在")
    owed = payload_names(delivery.kind)
    for path, rule in delivery.fields.items():
        if holds_secret(rule.value):
            continue  # the gate's business
        if path not in given:
            if rule.value or owed.get(rule.from_, True):
                raise WrongRequest(f"缺少 {path}")
        elif not _fits(rule, given[path]):
            raise WrongRequest(f"{path} 有误")


def _fits(rule: Out, text: str) -> bool:
    if rule.value is not None:
        return text == rule.value
    if rule.codes is not None:
        return text in rule.codes.values()
    if rule.date is None:
        return bool(text)
    try:
        return bool(datetime.strptime(text, rule.date))  # noqa: DTZ007  a date has no zone
    except ValueError:
        return False


def _is_meant(question: Ask | Receipt, delivery: Delivery, one: Taken, given: Mapping[str, str]) -> bool:
    """Say whether a question that asks by the declared template means this delivery."""
    told = {"delivery_key": one.delivery_key, "number": one.number}
    told |= {rule.from_: one.values.get(path, "") for path, rule in delivery.fields.items() if rule.from_}
    wanted = flatten(question.request)
    return (
        one.kind == delivery.kind
        and bool(wanted)
        and all(
            holds_secret(text) or re.sub(r"\{(\w+)\}", lambda name: told.get(name[1], ""), text) == given.get(path, "")
            for path, text in wanted.items()
        )
    )
