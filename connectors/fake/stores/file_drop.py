"""A file drop that is not there: a folder filled day by day as the department would fill it, over SFTP or as it lies.

One file for the past, one for each of the last days, then one for each day that passes. Knows no HTTP.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from connectors.declarations.declared import Department, Feed
from connectors.declarations.file_rules import marker_of
from connectors.declarations.time_forms import written_form
from connectors.fake.city.world import FIRST_DAY
from connectors.fake.rows.dialect import Row
from connectors.fake.rows.shelf import Listed, Shelf
from connectors.fake.speaking.desk import Desk
from connectors.fake.stores.file_ground import MARK
from connectors.fake.stores.file_inbox import FileInbox
from connectors.fake.stores.file_writing import make_layout, render_file
from connectors.fake.stores.sftp_server import SFTP_MODES, SftpServer

BENT = {"duplicate_records", "unknown_code", "giant_field", "schema_added", "schema_missing", "ten_times_volume", "zero_rows"}  # fmt: skip
SPOILED = {"half_file", "gbk_labelled_utf8", "bom", "missing_marker", "count_lies", "cut_zip", "zip_bomb", "column_renamed"}  # fmt: skip
UNTIMELY = {"late_file", "corrected_file", "marker_alone"}
DAYS = 3  # files that lie there at the beginning
LATE_DAYS = 5


class FileDrops:
    """Keep the drops of one department's feeds below one folder; a later day adds files, never changes one."""

    def __init__(
        self,
        department: Department,
        shelves: Mapping[str, Shelf],
        folder: str,
        login: str,
        password: str,
        desk: Desk,
        *,
        local: bool,
    ) -> None:
        self._is_ours = not folder
        self.folder = Path(folder or tempfile.mkdtemp(prefix="fake-drop-")).absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._shelves, self._mode, self._login, self._password = shelves, "ok", login, password
        self._drops = {name: FileDrop(department, feed, self.folder) for name, feed in department.feeds.items()}
        self.server = None if local else SftpServer(self.folder, login, password)
        self._growing, self._grower = threading.Event(), threading.Thread()
        self.inbox = FileInbox(department, self.folder, desk)
        self.begin()

    @property
    def connection_value(self) -> str:
        """Return what AIRFLOW_CONN_… must say."""
        if self.server is None:
            return f"file://{quote(str(self.folder))}"
        secret = f"{quote(self._login, safe='')}:{quote(self._password, safe='')}"
        return f"sftp://{secret}@127.0.0.1:{self.server.port}/?host_key={quote(self.server.public_key, safe='')}"

    def begin(self) -> None:
        """Fill the drops with what lies there on the present day, and nothing else."""
        for name, drop in self._drops.items():
            drop.clear()
            drop.begin(list(self._shelves[name].listed(mode=self._mode)), self._shelves[name].day, self._mode)

    def catch_up(self) -> None:
        """Add a file with every record that is new, changed or deleted since the last time."""
        for name, drop in self._drops.items():
            drop.add(list(self._shelves[name].listed()), self._shelves[name].day, self._mode)

    def delete(self, count: int) -> None:
        """Say of the first `count` good records that they are deleted."""
        for shelf in self._shelves.values():
            shelf.end_licenses(count, is_deletion=True)
            shelf.set_day(shelf.day)
        self.catch_up()

    def refusal(self, mode: str) -> str:
        """Return why this drop has no such mode; empty when it has."""
        return f"mode {mode!r} needs SFTP; this drop is a folder" if self.server is None and mode in SFTP_MODES else ""

    def set_mode(self, mode: str) -> None:
        """Misbehave, the shelves knowing it already; the mode before is undone first."""
        self._stop_growing()
        is_bent, is_spoiled = bool(BENT & {mode, self._mode}), bool(SPOILED & {mode, self._mode})
        is_spoiled = is_spoiled or self._mode == "growing_file"  # what grew is written to its end
        self._mode = mode
        if self.server:
            self.server.set_mode(mode)
        if is_bent:
            self.begin()
        for drop in self._drops.values() if is_spoiled else ():
            drop.write_again(mode)
        if mode in UNTIMELY:
            self._bring_untimely(mode)
        elif mode not in BENT | SPOILED:
            self._add_news()
        if mode == "growing_file":
            self._growing = threading.Event()
            self._grower = threading.Thread(target=self._grow, args=(self._growing,), daemon=True)
            self._grower.start()

    def _bring_untimely(self, mode: str) -> None:
        for name, drop in self._drops.items():
            shelf = self._shelves[name]
            if mode == "late_file":
                drop.come_late(shelf.day)
            elif mode == "corrected_file":
                drop.correct(list(shelf.listed()))
            else:
                drop.leave_marker(shelf.day)

    def _add_news(self) -> None:
        for name, drop in self._drops.items():
            if drop.fresh(listed := list(self._shelves[name].listed())):
                drop.add(listed, self._shelves[name].day, self._mode)

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self._stop_growing()
        self.inbox.close()
        if self.server:
            self.server.close()
        if self._is_ours:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _stop_growing(self) -> None:
        self._growing.set()
        if self._grower.is_alive():
            self._grower.join()

    def _grow(self, stopped: threading.Event) -> None:
        while not stopped.wait(0.05):
            for drop in self._drops.values():
                drop.grow()


class FileDrop:
    """Be one feed's folder and what was already written to it."""

    def __init__(self, department: Department, feed: Feed, root: Path) -> None:
        self._layout, self._feed, self._root = make_layout(department, feed), feed, root
        self._files = self._layout.files
        self._folder = root / self._files.folder
        self._said: dict[str, Row] = {}
        self._written: dict[str, Sequence[Row]] = {}  # file name -> what it holds

    def clear(self) -> None:
        """Take everything away, also what the hub put there."""
        for folder in {self._root / name for name in (self._files.archive, self._files.receipts) if name}:
            shutil.rmtree(folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            if path.is_file() and path.name != MARK:
                path.unlink()
        self._said, self._written = {}, {}

    def begin(self, listed: Sequence[Listed], day: int, mode: str) -> None:
        """Write the past, and the last days."""
        today = FIRST_DAY + timedelta(days=day)
        days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
        for start, end in zip([date.min, *days[:-1]], days, strict=True):
            last = date.max if end == today else end
            self._drop(end, [one for one in listed if start < self._changed_on(one) <= last], mode)

    def add(self, listed: Sequence[Listed], day: int, mode: str) -> None:
        """Write a file with the rows that were not said yet."""
        self._drop(FIRST_DAY + timedelta(days=day), self.fresh(listed), mode)

    def fresh(self, listed: Sequence[Listed]) -> list[Listed]:
        """Return the rows that were not said yet."""
        return [one for place, one in enumerate(listed) if self._said.get(_name_of(one, place)) != self._row(one)]

    def write_again(self, mode: str) -> None:
        """Write what still lies there as `mode` has it."""
        for name, rows in self._written.items():
            if (self._folder / name).exists():
                self._write(name, rows, mode)

    def come_late(self, day: int) -> None:
        """Write a file that is named for an earlier day, and says again what the first one said."""
        on = FIRST_DAY + timedelta(days=day - LATE_DAYS)
        self._write(self._free_name(on), next(iter(self._written.values())), "ok")

    def correct(self, listed: Sequence[Listed]) -> None:
        """Write the newest file again under its own name, with what is new since."""
        fresh, name = self.fresh(listed), list(self._written)[-1]
        self._note(listed)
        self._write(name, [self._row(one) for one in fresh], "ok")

    def leave_marker(self, day: int) -> None:
        """Say that a file is done which is not there."""
        if self._files.done:
            name = marker_of(self._files, self._free_name(FIRST_DAY + timedelta(days=day)))
            (self._folder / name).write_text("0\n" if self._files.done_total else "")

    def grow(self) -> None:
        """Append to every file that lies there."""
        for name in self._written:
            if (self._folder / name).exists():
                with (self._folder / name).open("ab") as out:
                    out.write(b"\n")

    def _drop(self, on: date, listed: Sequence[Listed], mode: str) -> None:
        self._note(listed)
        self._write(self._free_name(on), [self._row(one) for one in listed], mode)

    def _note(self, listed: Sequence[Listed]) -> None:
        for place, one in enumerate(listed):
            self._said[_name_of(one, place)] = self._row(one)

    def _row(self, one: Listed) -> Row:
        change = self._feed.change
        return {**one.row, change.column: (change.deleted if one.is_deleted else change.kept)[0]} if change else one.row

    def _write(self, name: str, rows: Sequence[Row], mode: str) -> None:
        self._written[name] = rows
        content = render_file(self._layout, name, rows, mode)
        marker = self._folder / marker_of(self._files, name)
        if self._files.done:
            marker.unlink(missing_ok=True)
        (self._folder / name).write_bytes(content)
        if self._files.done and mode != "missing_marker":
            told = len(rows) + (7 if mode == "count_lies" else 0)
            marker.write_text(f"{told}\n" if self._files.done_total else "")

    def _free_name(self, on: date) -> str:
        """Return a name for a day; the declared patterns take turns."""
        patterns = self._files.names
        pattern = patterns[len(self._written) % len(patterns)]
        for number in range(1, 1000):
            name = on.strftime(pattern.replace("*", f"{number:02}"))
            if name not in self._written or "*" not in pattern:
                return name
        raise ValueError("a thousand files on one day")

    def _changed_on(self, one: Listed) -> date:
        return datetime.strptime(one.row[self._feed.cursor.field] or "", written_form(self._feed.cursor.format)).date()  # noqa: DTZ007


def _name_of(one: Listed, place: int) -> str:
    return one.record_id or f"row {place}"
