"""The same REST pull through dlt, as its users write it. Runs in an environment of its own; imports nothing of the hub.

Reads one JSON job from standard input, pulls twice into PostgreSQL, writes seconds and peak memory as JSON.
"""

from __future__ import annotations

import hmac
import json
import os
import sys
import time
import uuid
from contextlib import nullcontext
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"


import dlt
from dlt.common.configuration.specs import configspec
from dlt.sources.helpers.rest_client.auth import AuthConfigBase
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator
from dlt.sources.rest_api import rest_api_resources

from benchmarks.measures import changed, metered, peaks


@configspec
class HmacSorted(AuthConfigBase):
    """Sign each request as the department wants it."""

    login: str = ""
    secret: str = ""

    def __call__(self, request: Any) -> Any:
        signed = {
            "x-aep-appkey": self.login,
            "x-aep-nonce": uuid.uuid4().hex,
            "x-aep-timestamp": str(int(time.time() * 1000)),
        }
        message = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
        signature = hmac.digest(self.secret.encode(), message.encode(), "sha256").hex()
        request.headers.update(signed | {"x-aep-signature": signature})
        return request


def licenses(job: dict[str, Any]) -> Any:
    """Declare the department's list as a dlt resource."""
    resource_config = {
        "name": "licenses",
        "primary_key": job["key"],
        "write_disposition": {"disposition": "merge", "strategy": job["strategy"]},
        "endpoint": {
            "path": job["path"],
            "params": job["params"],
            "data_selector": job["records"],
            "paginator": PageNumberPaginator(base_page=1, page_param=job["page_param"], total_path=None),
        },
    }
    client = {"base_url": job["url"], "auth": HmacSorted(login=job["login"], secret=job["password"])}
    return rest_api_resources({"client": client, "resources": [resource_config]})


def main() -> None:
    """Pull once into an empty database and once more unchanged."""
    job = json.load(sys.stdin)
    if job["strategy"] == "upsert":
        os.environ["NORMALIZE__DATA_WRITER__FILE_FORMAT"] = "csv"
    pipeline = dlt.pipeline(
        "pull", destination=dlt.destinations.postgres(job["database"]), dataset_name="dlt", pipelines_dir=job["folder"]
    )
    told: dict[str, Any] = {}
    for load in ("first", "again", "changed"):
        with changed(job) if load == "changed" else nullcontext(), metered(job["postmaster"]) as one:
            pipeline.run(licenses(job), loader_file_format="csv" if job["strategy"] == "upsert" else None)
        with pipeline.sql_client() as client:
            told[load] = {"records": client.execute_sql("select count(*) from licenses")[0][0]} | one
    print(json.dumps(told | {"version": dlt.__version__, **peaks()}))


if __name__ == "__main__":
    main()
