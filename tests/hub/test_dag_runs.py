"""What a demo's Airflow is given before its DAGs run."""

from __future__ import annotations

from pathlib import Path

from connectors.declarations.declaration import list_departments
from hub.airflow.api import AirflowApi
from hub.demo.dag_runs import make_pools


class Noting(AirflowApi):
    """Note which pools were asked for; nobody is called."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.slots: dict[str, int] = {}

    def keep_pool(self, name: str, slots: int, description: str) -> None:
        """Note a pool."""
        assert name in description or name == "incidents"
        self.slots[name] = slots


def test_every_department_has_a_pool_so_that_none_of_its_tasks_waits_for_ever(connectors_folder: Path) -> None:
    api = Noting()
    make_pools(api, connectors_folder)
    assert set(api.slots) == {"incidents", *list_departments(connectors_folder)}
    assert min(api.slots.values()) >= 1
