"""A steward settles a held batch by the buttons of its page: confirmed, signed, carried out at once, kept in a history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx import Client, Response
from hub_makers import Faked, StartFake, column, count, pull_once

from connectors.fake.rows.truth import Plot
from hub.context import HubContext, sign_in_token
from hub.serving import service_settings
from hub.settings import Settings
from hub.watching.judging import judge_feeds
from license_library.exchange.summaries import ExchangeSummary
from license_library.service.app import create_app
from tests.service.service_makers import calling, form_token, serving

DECIDED = {"who": "王工", "reason": "部门来函确认", "confirmed": "yes"}


@dataclass(frozen=True)
class Desk:
    """A signed-in steward before the page of a held batch."""

    client: Client
    held: ExchangeSummary

    @property
    def path(self) -> str:
        return f"/exchanges/{self.held.exchange_id}"

    def decide(self, **fields: str) -> Response:
        form = {"csrf": form_token(self.client), **DECIDED, **fields}
        return self.client.post(self.path, data={name: value for name, value in form.items() if value})


@pytest.fixture
def bad(fake: StartFake) -> Faked:
    """Give a department of which every fifth record is bad."""
    return fake("transport", Plot(scale=300, bad_share=0.2))


@pytest.fixture
def desk(hub: HubContext, bad: Faked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give what `hub serve` serves over a library with a held batch."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    settings = Settings()
    app = create_app(service_settings(hub, settings))
    with serving(app) as address, calling(address, Origin=address) as client:
        assert client.post("/sign-in", data={"token": sign_in_token(settings)}).status_code == 303
        yield Desk(client, pull_once(hub, bad))


def history(hub: HubContext) -> list[object]:
    """Return the steps of the incident of held batches, and how it stands."""
    steps = "select concat_ws(' ', what, who, note) from incident_events order by event_id"
    return [*column(hub, steps), *column(hub, "select state from incidents where kind = 'held'")]


def test_the_button_merges_a_held_batch_and_says_who_and_why(hub: HubContext, desk: Desk) -> None:
    page = desk.client.get(desk.path).text
    assert "条有问题，至多应为 5%" in page
    assert re.findall(r'name="choice" value="(\w+)"', page) == ["release", "discard"]
    taken = desk.decide(choice="release")
    assert (taken.status_code, taken.headers["location"]) == (303, desk.path)
    assert (count(hub, "licenses"), count(hub, "staged_licenses")) == (desk.held.held, 0)
    number = desk.held.exchange_id
    signed = f"released 王工 (developer) #{number} 部门来函确认"
    assert history(hub) == ["opened", signed, "resolved", "resolved"]
    after = desk.client.get(desk.path).text
    assert 'name="choice"' not in after
    incident = re.search(r"/incidents/\d+", after)
    assert incident
    assert "放行该批" in desk.client.get(incident[0]).text


def test_the_button_discards_a_held_batch_and_says_who_and_why(hub: HubContext, desk: Desk) -> None:
    judge_feeds(hub)
    number = desk.held.exchange_id
    told = desk.client.get("/incidents/1").text
    assert f'href="{desk.path}#decide"' in told
    assert f'href="{desk.path}#decide"' in desk.client.get("/exchanges").text
    assert desk.decide(choice="discard").status_code == 303
    assert column(hub, "select state from exchanges") == ["discarded"]
    assert history(hub) == ["opened", f"discarded 王工 (developer) #{number} 部门来函确认", "resolved", "resolved"]
    again = desk.decide(choice="release")
    assert (again.status_code, "不能放行或作废" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"confirmed": ""}, 400),
        ({"who": ""}, 400),
        ({"reason": " "}, 400),
        ({"choice": "merge"}, 422),
        ({"csrf": "0"}, 403),
    ],
)
def test_a_batch_stays_held_where_nobody_confirms_signs_or_says_why(
    hub: HubContext, desk: Desk, fields: dict[str, str], status: int
) -> None:
    assert desk.decide(**{"choice": "release", **fields}).status_code == status
    assert column(hub, "select state from exchanges") == ["held"]
    assert count(hub, "incident_events") == 0


def test_an_older_batch_is_settled_while_the_incident_of_the_newest_stands(
    hub: HubContext, desk: Desk, bad: Faked
) -> None:
    newest = pull_once(hub, bad)
    with hub.engine.begin() as conn:  # of another time than the older, which else would hold all of it
        conn.exec_driver_sql("update exchanges set since_at = started_at where exchange_id = %s", (newest.exchange_id,))
    judge_feeds(hub)
    assert desk.decide(choice="discard").status_code == 303
    assert history(hub)[1:] == [f"discarded 王工 (developer) #{desk.held.exchange_id} 部门来函确认", "open"]
    assert f"exchange {newest.exchange_id} is held" in str(column(hub, "select words_en from incidents")[0])


def test_what_cannot_be_noted_is_not_merged(hub: HubContext, desk: Desk) -> None:
    with hub.engine.begin() as conn:
        conn.exec_driver_sql("alter table incident_events add constraint none check (false) not valid")
    assert desk.decide(choice="release").status_code == 500
    assert (count(hub, "licenses"), column(hub, "select state from exchanges")) == (0, ["held"])
