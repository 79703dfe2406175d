"""Feeds judged by the clock: is the data fresh, did the job run, is a batch held, is there news. Each fault an incident.

Introduces how feeds stand to incidents; the rules are pure and take the time as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from connectors.declarations.declaration import load_departments
from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.settings import demand_folder
from license_library.answers import ExchangeBrief, Words
from license_library.asking.questions import HoldDecision
from license_library.exchange.exchanges import Exchange
from license_library.merge.repeats import settle_repeats
from license_library.oversight.exchange_list import get_exchange_brief
from license_library.oversight.feed_states import FeedState, read_feed_states
from license_library.oversight.hold_decisions import note_hold_decision
from license_library.oversight.incidents import Cause, tell_incidents
from license_library.words.hold_words import hold_words
from license_library.words.wording import exchange_words
from schemas.bureau_time import local_minute
from schemas.suites.hold_reasons import HoldReason, read_reasons

FAILED_IN_A_ROW: Final = 3
FEWEST_NEWS: Final = 5
LONGEST_QUIET_TIMES: Final = 3
LEAST_QUIET: Final = timedelta(days=7)


def judge_feeds(hub: HubContext) -> int:
    """Judge every feed now, keep its incidents, and return how many things are wrong."""
    now, is_declared = hub.clock(), _declared(hub)
    _settle_repeats(hub, now)
    with plain_database_errors_at("feeds: judging"), hub.engine.begin() as conn:
        found = 0
        for department, feeds in groupby(read_feed_states(conn, now), lambda one: one.department):
            known = list(feeds)
            declared = [one for one in known if is_declared(department, one.feed)]
            for kind, rule in RULES.items():
                causes = _causes(rule, known if kind == "held" else declared, now)  # a held batch waits all the same
                tell_incidents(conn, department, kind, causes, now)
                found += len(causes)
    return found


def _settle_repeats(hub: HubContext, now: datetime) -> None:
    """Settle held batches that others hold too, so that a steward decides once; the history of the incident says which and why."""

    def noted(conn: Connection, gone: Exchange, stays: Exchange) -> None:
        tell_held(conn, get_exchange_brief(conn, stays.exchange_id, now), now)
        reason = f"交换 {stays.exchange_id} 同样暂缓，并含有该批全部记录；exchange {stays.exchange_id} is held too and holds all of it"
        decision = HoldDecision("discard", "hub", reason)
        note_hold_decision(conn, gone.department, gone.feed, gone.exchange_id, decision, now)

    with plain_database_errors_at("feeds: held batches"):
        settle_repeats(hub.engine, now, noted)


def _declared(hub: HubContext) -> Callable[[str, str], bool]:
    """Return what tells whether a feed is declared: of one that is no more nobody expects anything. One that cannot be read is."""
    demand_folder(hub.connectors_folder)  # nothing would be late any more
    declared, broken = load_departments(hub.connectors_folder)
    feeds = {one.department: one.feeds.keys() for one in declared}
    return lambda department, feed: department in broken or feed in feeds.get(department, ())


def _causes(
    rule: Callable[[FeedState, datetime], Cause | None], states: Sequence[FeedState], now: datetime
) -> list[Cause]:
    return [cause for state in states if (cause := rule(state, now))]


def late(state: FeedState, now: datetime) -> Cause | None:
    """The data is not fresh, whether or not the job ran; a feed that was never merged says nothing yet."""
    if state.fresh_at is None or now - state.fresh_at <= timedelta(seconds=state.fresh_seconds):
        return None
    ran_zh, ran_en = _ran(state, now)
    known, hours = local_minute(state.fresh_at), state.fresh_seconds / 3600
    zh = f"数据截至 {known}，已超过承诺的 {hours:g} 小时；{ran_zh}"
    return Cause(
        state.feed,
        "late",
        "critical",
        zh,
        f"the data is as of {known} Beijing time, promised within {hours:g} h; {ran_en}",
    )


def failing(state: FeedState, _now: datetime) -> Cause | None:
    """The job ran and failed, again and again."""
    if state.failed_in_a_row < FAILED_IN_A_ROW:
        return None
    zh = f"最近 {state.failed_in_a_row} 次取数均失败（{state.error_code}）"
    en = f"the last {state.failed_in_a_row} exchanges failed ({state.error_code})"
    return Cause(state.feed, "failing", "warning", zh, en)


def held(state: FeedState, _now: datetime) -> Cause | None:
    """A batch waits for the steward, whatever came after it."""
    if state.held_exchange_id is None:
        return None
    return _held_cause(state.feed, state.held_exchange_id, read_reasons(state.hold_reasons), state.held_count)


def tell_held(conn: Connection, batch: ExchangeBrief, now: datetime) -> None:
    """Have the incident of a held batch there at once, without waiting for the next judging."""
    cause = _held_cause(batch.feed, batch.exchange_id, batch.hold_reasons)
    tell_incidents(conn, batch.department, "held", [cause], now, feed=batch.feed)


def judge_held(conn: Connection, department: str, now: datetime) -> None:
    """Judge which feeds of a department have a held batch, and end the incidents of the others."""
    tell_incidents(conn, department, "held", _causes(held, read_feed_states(conn, now, department), now), now)


def _held_cause(feed: str, exchange_id: int | None, reasons: list[HoldReason], held_count: int = 1) -> Cause:
    hold = hold_words(reasons) or Words("", "")
    more_zh, more_en = (
        (f"，连同此前共 {held_count} 批", f", {held_count} with earlier ones,") if held_count > 1 else ("", "")
    )
    zh = f"交换 {exchange_id} 整批暂缓{more_zh}，等待数据管理员放行或作废：{hold.zh}"
    en = f"exchange {exchange_id}{more_en} is held and waits for the steward: {hold.en}"
    return Cause(feed, "held", "critical", zh, en)


def no_news(state: FeedState, now: datetime) -> Cause | None:
    """The job runs well and brings nothing new, for much longer than it ever did."""
    quiet = state.longest_quiet
    if state.news_at is None or quiet is None or state.news_count < FEWEST_NEWS or late(state, now):
        return None
    if now - state.news_at <= max(LONGEST_QUIET_TIMES * quiet, LEAST_QUIET):
        return None
    since, days = local_minute(state.news_at), max(quiet.days, 1)
    zh = f"自 {since} 起取数正常而无新数据，以往最长间隔约 {days} 天"
    en = f"nothing new since {since} Beijing time though pulls go well; before, never for longer than about {days} days"
    return Cause(state.feed, "no_news", "warning", zh, en)


def _ran(state: FeedState, now: datetime) -> tuple[str, str]:
    """Say apart from the data whether the job ran."""
    if state.ran_at is None or now - state.ran_at > timedelta(seconds=state.fresh_seconds):
        last = local_minute(state.ran_at) if state.ran_at else "—"
        return f"取数任务也未运行，最近一次 {last}", f"the job has not run either, last at {last}"
    last, words = local_minute(state.ran_at), exchange_words(state.last_state or "", partial=False)
    return f"取数任务在运行，最近一次 {last} {words.zh}", f"the job runs, last at {last}: {words.en}"


RULES: Final = {"late": late, "failing": failing, "held": held, "no_news": no_news}
