"""Airflow spoken to through its own REST API, on loopback.

Knows addresses and shapes of a handful of routes; refuses to know what the DAGs do.
"""

from __future__ import annotations

import http.client
import json
import urllib.parse
from datetime import datetime
from typing import Any

from schemas.errors import ProcessFailed

PAGE = 100


class AirflowApi:
    """One signed-in user of one Airflow."""

    def __init__(self, url: str, timeout_seconds: float = 30) -> None:
        self._address = urllib.parse.urlsplit(url)
        self._timeout_seconds = timeout_seconds
        self._token = ""

    def is_answering(self, path: str) -> bool:
        """Tell whether the path answers 200; a server that is not up yet is a plain no."""
        try:
            return self._send("GET", path, None)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def sign_in(self, user: str, password: str) -> None:
        """Exchange the password for a token used by every later call."""
        self._token = self._call("POST", "/auth/token", {"username": user, "password": password})["access_token"]

    def keep_pool(self, name: str, slots: int, description: str) -> None:
        """Create the pool, or give an existing one its slots."""
        pool = {"name": name, "slots": slots, "description": description, "include_deferred": False}
        status, _ = self._send("POST", "/api/v2/pools", pool)
        if status == 409:
            self._call("PATCH", f"/api/v2/pools/{urllib.parse.quote(name)}", pool)
        elif status >= 400:
            raise ProcessFailed(f"Airflow: creating pool {name} failed; expected 201, got {status}; nothing was run.")

    def parsed_times(self, tag: str) -> dict[str, datetime]:
        """Return when each DAG with that tag was last parsed."""
        found = self._listed("/api/v2/dags", "dags", {"tags": tag})
        return {dag["dag_id"]: datetime.fromisoformat(dag["last_parsed_time"]) for dag in found}

    def import_errors(self) -> list[str]:
        """Return what DAG files could not be parsed."""
        return [str(e["stack_trace"]) for e in self._call("GET", "/api/v2/importErrors", None)["import_errors"]]

    def unpause(self, dag_id: str) -> None:
        """Let the DAG run."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def trigger(self, dag_id: str, run_id: str) -> None:
        """Start one run now."""
        self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "dag_run_id": run_id})

    def run_states(self, run_id: str) -> dict[str, str]:
        """Return the state of every DAG's run of that id: queued, running, success or failed."""
        found = self._listed("/api/v2/dags/~/dagRuns", "dag_runs", {"run_id_prefix_pattern": run_id})
        return {run["dag_id"]: run["state"] for run in found if run["dag_run_id"] == run_id}

    def end_runs(self, tag: str) -> list[str]:
        """Fail every run that an earlier Airflow left unfinished; return their DAGs."""
        dag_ids = set(self.parsed_times(tag))
        found = [
            run
            for state in ("queued", "running")
            for run in self._listed("/api/v2/dags/~/dagRuns", "dag_runs", {"state": state})
            if run["dag_id"] in dag_ids
        ]
        for run in found:
            path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{urllib.parse.quote(run['dag_run_id'])}?update_mask=state"
            self._call("PATCH", path, {"state": "failed"})
        return [run["dag_id"] for run in found]

    def _listed(self, path: str, key: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """Return every entry of a list that comes in pages."""
        found: list[dict[str, Any]] = []
        while True:
            asked = urllib.parse.urlencode({**query, "limit": PAGE, "offset": len(found)})
            answer = self._call("GET", f"{path}?{asked}", None)
            found += answer[key]
            if not answer[key] or len(found) >= answer["total_entries"]:
                return found

    def _call(self, method: str, path: str, content: object | None) -> Any:
        status, body = self._send(method, path, content)
        return _decoded(status, body, f"{method} {path}")

    def _send(self, method: str, path: str, content: object | None) -> tuple[int, bytes]:
        """One connection per call: the polling is slow, and a restarted server is met afresh."""
        connection = http.client.HTTPConnection(
            self._address.hostname or "", self._address.port, timeout=self._timeout_seconds
        )
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            connection.request(method, path, None if content is None else json.dumps(content), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _decoded(status: int, body: bytes, what: str) -> Any:
    if status >= 400:
        raise ProcessFailed(
            f"Airflow: {what} failed; expected success, got {status} {body[:300]!r}; nothing more is run."
        )
    return json.loads(body)
