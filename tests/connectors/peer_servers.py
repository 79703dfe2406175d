"""SOAP stacks that are not ours, served on the loopback address: PHP's SoapServer and Node's soap package."""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PEERS = Path(__file__).parents[1] / "peers"
SECONDS = 20


def demand_php() -> None:
    """Skip the test that calls this where PHP is absent."""
    if not _has_php():
        pytest.skip("php with its soap extension is not installed (Debian: php-cli and php-soap)")


@contextmanager
def php_department(data: dict[str, Any], folder: Path, script: str = "soap.php") -> Iterator[str]:
    """Serve a department by PHP, over SOAP or REST, until the block ends; skipped where PHP is absent."""
    demand_php()
    port = _free_port()
    environment = {**os.environ, "PEER_DATA": _write(data, folder)}
    command = ["php", "-S", f"127.0.0.1:{port}", str(PEERS / script)]
    with _running(command, environment, folder / "php.log"):
        _await(port)
        yield f"http://hub:secret@127.0.0.1:{port}"


@contextmanager
def node_department(data: dict[str, Any], folder: Path) -> Iterator[str]:
    """Serve a department by Node until the block ends; skipped where Node's soap package is absent."""
    if not _has_node():
        pytest.skip("node with the soap package is not installed (npm install --prefix tests/peers)")
    environment = {**os.environ, "PEER_DATA": _write(data, folder)}
    with _running(["node", str(PEERS / "soap.cjs")], environment, folder / "node.log") as process:
        port = (process.stdout.readline() if process.stdout else b"").decode().strip()
        assert port.isdecimal(), (folder / "node.log").read_text("utf-8")[-2000:]
        yield f"http://hub:secret@127.0.0.1:{port}{data['path']}"


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@functools.cache
def _has_php() -> bool:
    php = shutil.which("php")
    return bool(php) and b"soap" in subprocess.run([php, "-m"], capture_output=True, check=False).stdout.split()


@functools.cache
def _has_node() -> bool:
    node = shutil.which("node")
    probe = [node, "-e", "require('soap')"] if node else ["false"]
    return subprocess.run(probe, cwd=PEERS, capture_output=True, check=False).returncode == 0


def _write(data: dict[str, Any], folder: Path) -> str:
    path = folder / "peer.json"
    path.write_text(json.dumps(data), "utf-8")
    return str(path)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _await(port: int) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
                assert answer.read() == b"ready"
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the peer did not start")
