"""How a fake department answers over REST: JSON by the declared paths, sign-in checked as the department would.

Knows no sockets; a request comes in as values and an answer goes out as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from connectors.connection import Connection
from connectors.declared import Department, Feed
from connectors.fake.answers import Page, WrongRequest, find_page, flatten, lay_out, read_request
from connectors.fake.dialect import Row
from connectors.fake.modes import bend_page, bend_request
from connectors.fake.shelf import Shelf
from connectors.fake.wire import Answer, Request
from connectors.signing import SeenNonces, verify_headers
from schemas.errors import DepartmentRefused

JSON = "application/json;charset=UTF-8"


def render_json(row: Row) -> bytes:
    """Write one row."""
    return msgspec.json.encode(row)


class RestDepartment:
    """Answer the requests of one department's feeds."""

    def __init__(self, department: Department, connection: Connection, shelves: Mapping[str, Shelf]) -> None:
        self._department, self._connection, self._shelves = department, connection, shelves
        self._seen = SeenNonces()

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request; a wrong one gets the department's own words."""
        below = request.path.removeprefix(self._connection.path)
        feed = next((f for f in self._department.feeds.values() if f.path == below), None)
        if feed is None or feed.method != request.method:
            return self.refuse("404", "接口不存在", 404)
        try:
            verify_headers(self._department.transport.auth, request.headers, self._connection, now, self._seen)
            asked = bend_request(mode, read_request(feed, _read_parameters(feed, request)))
        except DepartmentRefused as refusal:
            return self.refuse("401", f"签名校验失败（{refusal}）", 401)
        except WrongRequest as wrong:
            return self.refuse("400", str(wrong), 400)
        page = bend_page(mode, find_page(feed, self._shelves[feed.name], asked))
        rows = msgspec.Raw(b"[" + b",".join(page.rows) + b"]")
        return Answer(200, JSON, msgspec.json.encode(lay_out(feed, page, rows)))

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Answer in the department's own form of an error; with 200 it is its kind of fault."""
        feed = next(iter(self._department.feeds.values()))
        body = lay_out(feed, Page([], 0, ""), None, message=message, code=code) or {"error": code}
        return Answer(status, JSON, msgspec.json.encode(body))


def _read_parameters(feed: Feed, request: Request) -> dict[str, str]:
    if feed.send != "json" or request.method == "GET":
        text = (
            request.query
            if request.method == "GET" or feed.send == "query"
            else request.body.decode("utf-8", "replace")
        )
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        given = msgspec.json.decode(request.body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise WrongRequest("请求体不是 JSON 对象") from None
    return flatten(given)
