"""The settings of one hub, read from the environment (HUB_…) once, at the edge, and handed down.

Knows names, defaults and where things lie below the home folder; creates nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import RequestError


class Settings(BaseSettings):
    """Everything that differs from one installation to the next."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True)

    home: Annotated[Path, Field(description="Folder of the embedded database, logs and secrets.")] = Path("var")
    database_url: Annotated[
        SecretStr | None, Field(description="PostgreSQL to use instead of the embedded one (postgresql+psycopg://…).")
    ] = None
    secret_key: Annotated[
        SecretStr | None,
        Field(
            description="64 hexadecimal digits that encrypt personal values; default: made once, in HUB_HOME/secret.key."
        ),
    ] = None
    connectors_folder: Annotated[
        Path | None, Field(description="Folder with one folder per department; default: the ones that ship.")
    ] = None
    require_activation: Annotated[
        bool, Field(description="Merge only mappings that two persons activated; others run in shadow.")
    ] = False
    schedules: Annotated[
        bool, Field(description="Run every DAG by its own schedule; off, no, 0 or false: they wait to be triggered.")
    ] = True
    pages_days: Annotated[
        int | None,
        Field(description="Days for which raw pages are kept, 30 or more; default: for good.", ge=30, le=36500),
    ] = None
    host: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1),
        Field(description="Address the pages and the API are served on."),
    ] = "127.0.0.1"
    port: Annotated[int, Field(description="Port the pages and the API are served on.", ge=0, le=65535)] = 8370
    processes: Annotated[int, Field(description="Processes that serve the pages and the API.", ge=1, le=64)] = 1
    token: Annotated[
        SecretStr | None, Field(description="Development token to sign in with; default: made once, in HUB_HOME/token.")
    ] = None

    files_url: Annotated[
        SecretStr | None,
        Field(
            description="Where license files are kept: a folder, or any store that fsspec knows; default: HUB_HOME/files."
        ),
    ] = None
    files_max_bytes: Annotated[
        int, Field(description="Largest license file that is kept, in bytes.", ge=1, le=100_000_000)
    ] = 20_000_000
    seals_url: Annotated[
        SecretStr | None,
        Field(
            description="Where the seals of the record of questions are copied: a folder on another machine, or any store that "
            "fsspec knows; default: HUB_HOME/seals."
        ),
    ] = None
    alert_smtp: Annotated[
        SecretStr | None,
        Field(description="Mail server for alerts: smtp://host:25, smtp+starttls:// or smtps://login:password@host."),
    ] = None
    alert_mail_from: Annotated[str, Field(description="Sender of alerts by mail.")] = ""
    alert_mail_to: Annotated[str, Field(description="Receivers of alerts by mail, separated by commas.")] = ""
    alert_webhook: Annotated[
        SecretStr | None, Field(description="Address that each alert is posted to as JSON: https://host/path?key=….")
    ] = None
    public_url: Annotated[
        str,
        Field(
            description="Address of the pages as readers reach them, for links in alerts and temporary addresses of files; "
            "with https:// cookies are sent over TLS alone."
        ),
    ] = ""

    @property
    def log_folder(self) -> Path:
        """Return where child processes write their logs."""
        return self.home.absolute() / "log"

    @property
    def run_folder(self) -> Path:
        """Return where running child processes are recorded."""
        return self.home.absolute() / "run"


def demand_folder(folder: Path | None) -> None:
    """Refuse a folder of departments that is not there: it would look like one that declares none."""
    if folder is not None and not folder.is_dir():
        raise RequestError(
            f"settings: HUB_CONNECTORS_FOLDER: {folder} is no folder; expected one with a folder per department; "
            "nothing was done"
        )
