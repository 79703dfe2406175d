"""Airflow itself brings a department what is owed to it."""

from __future__ import annotations

import msgspec
from dag_runner import AirflowForTests
from sqlalchemy import Engine, text

from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from hub.context import HubContext, prepare_database, utc_now
from hub.pushing.push import enqueue_delivery
from license_library.storage.keyring import Keyring
from schemas.deliveries.deliveries import example_of, read_delivery

SECRET = b"a secret of thirty-two bytes, ok"
REFUSE = """
create function refuse() returns trigger language plpgsql as $$
begin raise exception 'no room' using errcode = 'data_exception'; end $$;
create trigger refuse before update on deliveries for each row
  when (new.case_number = 'SECOND' and new.state = 'acknowledged') execute function refuse();
"""


def test_a_dag_delivers_what_is_owed(airflow: AirflowForTests, database: Engine, database_address: str) -> None:
    prepare_database(database_address, database)
    hub = HubContext(database, Keyring(SECRET), utc_now)
    owed = example_of("decision") | {"department": "market_regulation"}
    enqueue_delivery(hub, read_delivery(msgspec.json.encode(owed), hub.clock().date()))
    environ = {"HUB_DATABASE_URL": database_address, "HUB_SECRET_KEY": SECRET.hex(), "HUB_SCHEDULES": "off"}
    with start_fake("market_regulation", Plot(scale=10)) as fake:
        connection = {"AIRFLOW_CONN_MARKET_REGULATION": fake.connection_value}
        told = airflow.run("push_market_regulation", environ | connection)
        assert (told["state"], told["returned"]) == ("success", {"deliver": {"acknowledged": 1}}), told["output"][
            -3000:
        ]
        assert [each["times"] for each in fake.inbox()] == [1]
    with database.connect() as conn:
        assert conn.scalar(text("select state from deliveries")) == "acknowledged"


def test_a_task_that_fails_tells_what_went_through_before(
    airflow: AirflowForTests, database: Engine, database_address: str
) -> None:
    prepare_database(database_address, database)
    hub = HubContext(database, Keyring(SECRET), utc_now)
    for case in ("FIRST", "SECOND"):
        owed = example_of("decision") | {"department": "market_regulation", "case_number": case}
        enqueue_delivery(hub, read_delivery(msgspec.json.encode(owed), hub.clock().date()))
    with database.begin() as conn:
        conn.execute(text(REFUSE))
    environ = {"HUB_DATABASE_URL": database_address, "HUB_SECRET_KEY": SECRET.hex(), "HUB_SCHEDULES": "off"}
    with start_fake("market_regulation", Plot(scale=10)) as fake:
        connection = {"AIRFLOW_CONN_MARKET_REGULATION": fake.connection_value}
        told = airflow.run("push_market_regulation", environ | connection)
    assert (told["state"], told["returned"]) == ("failed", {"deliver": {"acknowledged": 1}}), told["output"][-3000:]
    assert "market_regulation: acknowledged 1; market_regulation: deliveries: the database refused" in told["output"]
