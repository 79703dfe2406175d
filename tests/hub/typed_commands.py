"""Commands that tests type, in this process; where they look is what the fixture `environ` says."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from hub.command import app


def type_command(*words: str) -> Result:
    """Type a command."""
    return CliRunner().invoke(app, list(words), prog_name="hub")


def told(result: Result) -> Any:
    """Read what stands on standard output as one JSON value."""
    return json.loads(result.stdout)
