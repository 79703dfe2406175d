"""Declarations may be loaded by several threads at the same moment, as the demo does."""

from __future__ import annotations

import subprocess
import sys

LOAD_AT_ONCE = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
from connectors.declarations.declaration import list_departments, load_department
names = list_departments()
sys.setswitchinterval(1e-6)
gate = threading.Barrier(len(names))
def load(name):
    gate.wait()
    return load_department(name).department
with ThreadPoolExecutor(len(names)) as pool:
    assert list(pool.map(load, names)) == names
"""


def test_threads_that_load_declarations_at_once_do_not_crash_the_interpreter() -> None:
    codes = [subprocess.run([sys.executable, "-c", LOAD_AT_ONCE], check=False).returncode for _ in range(12)]
    assert codes == [0] * 12
