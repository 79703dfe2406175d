"""Requests and answers as plain values, between the server and whoever speaks for the department."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Request:
    """Hold one HTTP request."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """Hold one HTTP answer."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Spokesman(Protocol):
    """Speak for a department, over whichever transport it declares."""

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request; a wrong one gets the department's own words."""

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Say no in the department's own form."""
