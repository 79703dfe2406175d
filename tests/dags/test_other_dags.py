"""Airflow itself sweeps, reconciles, mends and judges: all in one process, which costs more than what it runs."""

from __future__ import annotations

import shutil
from pathlib import Path

from dag_runner import AirflowForTests
from sqlalchemy import Engine, text

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot, tell_truth
from connectors.wire.connection import parse_connection
from hub.context import HubContext, prepare_database, utc_now
from hub.pulling.pull import pull
from license_library.asking.inquiries import record_inquiry
from license_library.quarantine.case_batches import BatchOrder, Chosen, create_batch
from license_library.storage.keyring import Keyring

PLOT = Plot(scale=100, bad_share=0.05)
SECRET = b"a secret of thirty-two bytes, ok"
RUN = ["incidents", "sweep_weekly", "reconcile", "mend", "retention", "seal", "subjects"]
AGE = "update feeds set fresh_at = fresh_at - interval '30 days'"
LOSE = (
    "delete from licenses where license_id in (select license_id from licenses order by 1 limit 2) returning record_id"
)


def test_the_dags_that_look_after_what_was_pulled_do_so(
    airflow: AirflowForTests, database: Engine, database_address: str, tmp_path: Path
) -> None:
    prepare_database(database_address, database)
    shutil.copytree(load_department("transport").folder, tmp_path / "transport")
    hub, truth = (
        HubContext(database, Keyring(SECRET), utc_now, tmp_path),
        tell_truth(load_department("transport"), PLOT),
    )
    with start_fake("transport", PLOT) as fake:
        pull(hub, "transport", "licenses", parse_connection(fake.connection_value))
        with database.begin() as conn:
            lost = conn.scalars(text(LOSE)).all()
            conn.execute(text(AGE))
            record_inquiry(conn, "one", "search", "case 1", None, 0, utc_now())
            create_batch(conn, hub.keyring, BatchOrder("discard", "张工", Chosen("transport"), "重复"), utc_now())
        environ = {
            "HUB_DATABASE_URL": database_address,
            "HUB_SECRET_KEY": SECRET.hex(),
            "HUB_SCHEDULES": "off",
            "HUB_PAGES_DAYS": "30",
            "HUB_SEALS_URL": str(tmp_path / "seals"),
        }
        environ |= {"HUB_CONNECTORS_FOLDER": str(tmp_path), "AIRFLOW_CONN_TRANSPORT": fake.connection_value}
        told = dict(zip(RUN, airflow.run_all(RUN, environ), strict=True))
    assert {name: one["state"] for name, one in told.items()} == dict.fromkeys(RUN, "success"), told["mend"]["output"][
        -3000:
    ]
    assert told["sweep_weekly"]["returned"] == {"transport.licenses": len(lost)}
    assert list(told["reconcile"]["tasks"]) == ["transport.licenses"]
    assert told["incidents"]["returned"]["alert"] == 0
    assert told["retention"]["returned"]["retain"]["pages"] == 0  # all of them are of today
    assert told["seal"]["returned"]["seal"] == {"seals": 1, "inquiries": 1, "copies": 1}
    assert told["subjects"]["returned"]["propose"].keys() == {"seen", "bound", "proposed"}
    with database.connect() as conn:
        assert conn.scalar(text("select count(*) from licenses")) == truth.good
        assert conn.execute(text("select state, missing_count from reconciliations")).all() == [("same", 0)]
        assert conn.scalars(text("select distinct state from quarantined_records")).all() == ["discarded"]
        judged = conn.scalar(
            text("select count(*) from incidents where kind in ('late', 'failing', 'held', 'no_news')")
        )
    assert told["incidents"]["returned"]["judge"] == judged > 0


def test_a_mending_of_which_one_part_fails_is_red_and_tells_what_the_others_did(
    airflow: AirflowForTests, database: Engine, database_address: str
) -> None:
    prepare_database(database_address, database)
    with database.begin() as conn:
        conn.execute(text("alter table case_batches rename to away"))
    environ = {"HUB_DATABASE_URL": database_address, "HUB_SECRET_KEY": SECRET.hex(), "HUB_SCHEDULES": "off"}
    told = airflow.run("mend", environ)
    assert told["state"] == "failed"
    assert {"taken": 0, "late": 0}.items() <= told["returned"]["mend"].items(), told["output"][-3000:]
    assert "[hub.database_unavailable] mend: batches: the database is not as this version expects it" in told["output"]
