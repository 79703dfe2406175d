"""The DAGs run in Airflow itself: three tasks, one exchange id, and a red task that says whom to call."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dag_runner import AirflowForTests
from file_makers import dropping
from sqlalchemy import Engine, text

from connectors.declarations.declaration import load_department, load_departments
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot, tell_truth
from hub.airflow.home import PROJECT
from hub.context import prepare_database
from hub.demo.dag_runs import feeds_by_dag

PLOT = Plot(scale=300)
DAG_ID = "pull_transport.licenses"


@pytest.fixture
def hub_environ(database: Engine, database_address: str, tmp_path: Path) -> dict[str, str]:
    """Give the environment in which tasks find a prepared library."""
    prepare_database(database_address, database)
    return {"HUB_DATABASE_URL": database_address, "HUB_HOME": str(tmp_path), "HUB_SCHEDULES": "off"}


def scalars(database: Engine, statement: str) -> list[object]:
    """Return the first column of what a statement finds."""
    with database.connect() as conn:
        return list(conn.scalars(text(statement)))


def test_a_dag_pulls_checks_merges_and_tells_who_waits(
    airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str]
) -> None:
    truth = tell_truth(load_department("transport"), PLOT)
    with start_fake("transport", PLOT) as fake:
        told = airflow.run(DAG_ID, {**hub_environ, "AIRFLOW_CONN_TRANSPORT": fake.connection_value})
    assert (told["state"], set(told["tasks"].values())) == ("success", {"success"}), told["output"][-3000:]
    assert scalars(database, "select merged_count from exchanges where state = 'merged'") == [truth.good]
    assert told["events"] == [{"exchange_id": 1, "merged": truth.good, "unchanged": 0}]
    assert told["returned"] == {"land": 1, "check": 1}


def test_a_dag_of_files_puts_them_away_once_they_are_merged(
    airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str]
) -> None:
    with dropping(load_department("forestry"), PLOT, local=False) as drop:
        connection = {"AIRFLOW_CONN_FORESTRY": drop.server.connection_value}
        told = airflow.run("pull_forestry.licenses", {**hub_environ, **connection})
        assert (told["state"], told["tasks"].get("acknowledge")) == ("success", "success"), told["output"][-3000:]
        assert (drop.names(), len(drop.names("done")), len(drop.names("receipt"))) == ([], 3, 3)
        assert scalars(database, "select merged_count from exchanges where state = 'merged'") == [drop.truth.good]


def test_a_missing_connection_fails_land_for_good_and_says_what_to_set(
    airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str]
) -> None:
    told = airflow.run(DAG_ID, hub_environ)
    assert told["tasks"] == {"land": "failed", "check": "upstream_failed", "merge": "upstream_failed"}
    assert "[declaration.connection_missing] transport: no connection; expected" in told["output"]
    assert "AIRFLOW_CONN_TRANSPORT" in told["output"]
    assert told["tries"]["land"] == 1
    assert scalars(database, "select count(*) from exchanges") == [0]


def test_a_held_batch_is_red_at_check(airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str]) -> None:
    with start_fake("transport", Plot(scale=300, bad_share=0.2)) as fake:
        told = airflow.run(DAG_ID, {**hub_environ, "AIRFLOW_CONN_TRANSPORT": fake.connection_value})
    assert told["tasks"] == {"land": "success", "check": "failed", "merge": "upstream_failed"}
    assert told["tries"]["check"] == 1
    assert "[data.held] transport/licenses: exchange 1 is held" in told["output"]
    assert told["events"] == []
    assert scalars(database, "select state from exchanges") == ["held"]


def test_a_broken_promise_is_red_at_land_and_not_tried_again(
    airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str]
) -> None:
    with start_fake("transport", PLOT, mode="half_json") as fake:
        told = airflow.run(DAG_ID, {**hub_environ, "AIRFLOW_CONN_TRANSPORT": fake.connection_value})
    assert told["tasks"] == {"land": "failed", "check": "upstream_failed", "merge": "upstream_failed"}
    assert told["tries"]["land"] == 1
    assert scalars(database, "select error_code from exchanges") == ["department.broke_promise"]


def test_a_feed_that_nobody_let_in_runs_in_shadow_and_merge_is_skipped(
    airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str]
) -> None:
    with start_fake("transport", PLOT) as fake:
        environ = {"AIRFLOW_CONN_TRANSPORT": fake.connection_value, "HUB_REQUIRE_ACTIVATION": "on"}
        told = airflow.run(DAG_ID, {**hub_environ, **environ})
    assert told["tasks"] == {"land": "success", "check": "success", "merge": "skipped"}
    assert "transport/licenses is not activated, nothing was merged" in told["output"]
    assert told["events"] == []
    assert scalars(database, "select state from exchanges") == ["shadowed"]
    assert scalars(database, "select count(*) from licenses") == [0]


def test_every_morning_live_contracts_are_compared(
    airflow: AirflowForTests, database: Engine, hub_environ: dict[str, str], tmp_path: Path
) -> None:
    source = load_department("transport").folder
    shutil.copytree(source, tmp_path / "transport", ignore=shutil.ignore_patterns("__pycache__"))
    environ = {**hub_environ, "HUB_CONNECTORS_FOLDER": str(tmp_path)}
    with start_fake("transport", PLOT, mode="200_html_login") as fake:
        environ |= {"AIRFLOW_CONN_TRANSPORT": fake.connection_value}
        told = airflow.run("drift", environ)
        assert told["tasks"] == {"transport": "failed"}
        assert scalars(database, "select kind || ' ' || state from incidents") == ["contract_unread open"]
        fake.set_mode("ok")
        assert airflow.run("drift", environ)["tasks"] == {"transport": "success"}
    assert scalars(database, "select kind || ' ' || state from incidents") == ["contract_unread resolved"]


def test_twenty_eight_departments_are_parsed_in_well_under_a_second(tmp_path: Path) -> None:
    source = load_department("transport").folder
    for number in range(28):
        shutil.copytree(source, tmp_path / f"office_{number:02}", ignore=shutil.ignore_patterns("__pycache__"))
    made, seconds = parse(tmp_path)
    assert made == [f"pull_office_{number:02}.licenses" for number in range(28)]
    assert seconds < 1


def test_one_broken_declaration_does_not_take_the_others_away(tmp_path: Path) -> None:
    source = load_department("transport").folder
    for name in ("broken", "good"):
        shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "broken" / "department.toml").write_text("name = ", "utf-8")
    assert parse(tmp_path)[0] == ["pull_broken", "pull_good.licenses"]


def test_no_two_feeds_share_a_dag(tmp_path: Path) -> None:
    source = load_department("transport").folder
    for name, feed in (("housing", "fund_licenses"), ("housing_fund", "licenses"), ("housing_fund_licenses", "")):
        shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        file = tmp_path / name / "department.toml"
        file.write_text(file.read_text("utf-8").replace("[feeds.licenses", f"[feeds.{feed}") if feed else "", "utf-8")
    dags = ["pull_housing.fund_licenses", "pull_housing_fund.licenses", "pull_housing_fund_licenses"]
    assert parse(tmp_path)[0] == dags
    declared, broken = load_departments(tmp_path)
    assert [*feeds_by_dag(declared), *(f"pull_{name}" for name in broken)] == dags


def parse(connectors: Path) -> tuple[list[str], float]:
    """Parse the DAG file over other departments; return the DAGs and the processor time it took."""
    script = (
        "import airflow.sdk, time; began = time.process_time(); import dags.pull;"
        "print(time.process_time() - began, *[n for n, v in vars(dags.pull).items() if isinstance(v, airflow.sdk.DAG)])"
    )
    environ = {"HUB_CONNECTORS_FOLDER": str(connectors), "AIRFLOW_HOME": str(connectors), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)
    seconds, *made = done.stdout.splitlines()[-1].split()
    return made, float(seconds)
