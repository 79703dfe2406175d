"""How a fake department answers over REST: by the declared paths and paging, sign-in checked as the department would.

Knows no sockets; a request comes in as values and an answer goes out as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from connectors.declarations.declared import Department, Feed
from connectors.declarations.delivery_feeds import record_feed
from connectors.fake.line.wire import Answer, Request
from connectors.fake.rows.license_paper import FOLDER, MEDIA_TYPE, print_paper
from connectors.fake.rows.shelf import Shelf
from connectors.fake.speaking.answers import Page, WrongRequest, find_by_key, find_page, read_request
from connectors.fake.speaking.desk import Called, Desk
from connectors.fake.speaking.gate import Gate
from connectors.fake.speaking.rest_forms import MEDIA_TYPES, choose_render, read_parameters, write_answer, write_values
from connectors.wire.connection import Connection
from schemas.errors import DepartmentRefused

PLACE = "_after"  # the parameter that a next page's URL carries beside those that were asked with
FOLLOWED = {"link", "next"}


class RestDepartment:
    """Answer the requests of one department's feeds."""

    def __init__(
        self, department: Department, connection: Connection, shelves: Mapping[str, Shelf], gate: Gate, desk: Desk
    ) -> None:
        self._department, self._connection, self._shelves, self._gate = department, connection, shelves, gate
        self._desk = desk

    def answer(self, request: Request, now: datetime, mode: str) -> Answer:
        """Answer one request; a wrong one gets the department's own words."""
        below = request.path.removeprefix(self._connection.path)
        at_desk = [one for one in self._desk.calls if (one.feed.path, one.feed.method) == (below, request.method)]
        if at_desk:
            return self._answer_at_desk(at_desk[0], request, now, mode)
        by_key = [f for f in self._department.feeds.values() if f.reconcile.ask and f.reconcile.ask.call == below]
        if by_key:
            return self._answer_by_key(by_key[0], request, now)
        feed = next((f for f in self._department.feeds.values() if f.path == below), None)
        if feed is None or feed.method != request.method:
            return self._answer_file(below, request, now)
        try:
            given = read_parameters(self._department, feed, request)
            echo = dict(given)  # a department repeats in its next URL what it was asked with, secrets too
            self._gate.verify(request, feed, given, now)
            is_followed = feed.paging.style in FOLLOWED
            after = given.pop(PLACE, "") if is_followed else ""
            asked = read_request(feed, given, after)
        except DepartmentRefused as refusal:
            return self.refuse("401", f"签名校验失败（{refusal}）", 401)
        except WrongRequest as wrong:
            return self.refuse("400", str(wrong), 400)
        page = find_page(feed, self._shelves[feed.name], asked, mode)
        following = self._next_url(feed, echo, page) if is_followed and page.next else ""
        page = replace(page, next=following) if is_followed else page
        body = write_answer(feed, page, is_bare=mode == "one_element_list")
        return Answer(200, MEDIA_TYPES[feed.answer], body, _headers(feed, page, following))

    def _answer_file(self, below: str, request: Request, now: datetime) -> Answer:
        """Answer with the file that a license names, to whoever is signed in; nothing else is left to ask for."""
        if not below.startswith(FOLDER) or request.method != "GET":
            return self.refuse("404", "接口不存在", 404)
        feed = next(iter(self._department.feeds.values()))
        try:
            self._gate.verify(request, feed, {}, now)
        except DepartmentRefused as refusal:
            return self.refuse("401", f"签名校验失败（{refusal}）", 401)
        listed = (one for shelf in self._shelves.values() for one in shelf.listed())
        record = next((one.record for one in listed if f"/{one.record.get('file_url')}" == below), None)
        return Answer(200, MEDIA_TYPE, print_paper(record)) if record else self.refuse("404", "文件不存在", 404)

    def _answer_by_key(self, feed: Feed, request: Request, now: datetime) -> Answer:
        """Answer with the record that is asked for by its key, or with none."""
        asked = record_feed(self._department, feed, feed.reconcile.ask, "{key}") if feed.reconcile.ask else feed
        try:
            given = read_parameters(self._department, asked, request)
            self._gate.verify(request, asked, given, now)
        except DepartmentRefused as refusal:
            return self.refuse("401", f"签名校验失败（{refusal}）", 401)
        page = find_by_key(feed, self._shelves[feed.name], given, choose_render(feed))
        return Answer(200, MEDIA_TYPES[feed.answer], write_answer(feed, page))

    def _answer_at_desk(self, called: Called, request: Request, now: datetime, mode: str) -> Answer:
        feed = called.feed
        try:
            given = read_parameters(self._department, feed, request)
            self._gate.verify(request, feed, given, now)
            tree = self._desk.answer(called, given, request.headers, mode)
        except DepartmentRefused as refusal:
            return self.refuse("401", f"签名校验失败（{refusal}）", 401)
        except WrongRequest as wrong:
            return self.refuse("400", str(wrong), 400)
        return Answer(200, MEDIA_TYPES[feed.answer], write_values(feed, tree))

    def refuse(self, code: str, message: str, status: int = 200) -> Answer:
        """Answer in the department's own form of an error; with 200 it is its kind of fault."""
        feed = next(iter(self._department.feeds.values()))
        body = write_answer(feed, Page([], 0, ""), message=message, code=code)
        return Answer(status, MEDIA_TYPES[feed.answer], body)

    def _next_url(self, feed: Feed, given: Mapping[str, str], page: Page) -> str:
        host, path = self._connection.origin.partition(":")[2], quote(f"{self._connection.path}{feed.path}")
        return f"{host}{path}?{urlencode({**given, PLACE: page.next})}"  # in whatever scheme we were asked


def _headers(feed: Feed, page: Page, following: str) -> dict[str, str]:
    link = {"Link": f'<{following}>; rel="next"'} if following and feed.paging.style == "link" else {}
    total = {feed.paging.total_header: str(page.total)} if feed.paging.total_header else {}
    return link | total
