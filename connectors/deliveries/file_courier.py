"""Parcels brought by putting a file into a department's drop; receipts read from files that the department puts there.

A file is written beside its place and renamed when it is whole, its marker follows: half of one is never seen. A name that is
taken is never written over. Knows no feed.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress

from connectors.declarations.declared import Department
from connectors.declarations.declared_delivery import Delivery
from connectors.declarations.delivery_feeds import sending_feed
from connectors.declarations.parcel import Parcel, write_fields
from connectors.deliveries.delivery_outcomes import Outcome, from_error, from_receipt
from connectors.deliveries.parcel_file import beside, declared_file, file_name, write_file
from connectors.deliveries.receipt_file import read_receipt
from connectors.drops.drop_folder import DropFolder
from connectors.drops.file_choosing import join_path
from connectors.drops.file_drop import opened_drop
from connectors.wire.connection import Connection
from schemas.errors import (
    DeclarationError,
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentTimeout,
    DepartmentUnreachable,
    HubError,
)

DOWN = (DepartmentUnreachable, DepartmentTimeout)


class FileCourier:
    """Bring parcels to one department, over one line for as long as it holds."""

    def __init__(self, department: Department, connection: Connection) -> None:
        self._department, self._connection = department, connection
        self._line, self._is_leaving = ExitStack(), False
        self._drop: DropFolder | None = None

    def close(self) -> None:
        """Let the line go."""
        self._drop = None
        self._line.close()

    def open(self, delivery: Delivery) -> None:
        """Open the line; what is the department's fault is met again when a file leaves."""
        with suppress(DepartmentError):
            self._opened(delivery)

    def deliver(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Put the file there, unless it lies there already; then its marker."""
        who, self._is_leaving = f"{self._department.department}.{delivery.kind}", False
        try:
            file = declared_file(self._department, delivery)
            name = file_name(file, parcel, who)
            content = write_file(self._department, delivery, write_fields(delivery, parcel, who))
        except DeclarationError as error:
            return Outcome("refused", error.code, str(error))
        try:
            if not self._put(self._opened(delivery), join_path(file.folder, name), content):
                words = f"{who}: another file lies under its name; nothing was written over it"
                return Outcome("refused", DepartmentBrokePromise.code, words)
            if file.done:
                self._opened(delivery).write(join_path(file.folder, beside(file.done, name, parcel)), b"")
        except HubError as error:
            self.close()
            return from_error(error, was_sent=self._is_leaving, is_down=isinstance(error, DOWN))
        return Outcome("accepted")

    def ask(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Look whether the whole file lies in the drop, or with what the department took."""
        try:
            file = declared_file(self._department, delivery)
            name, drop = file_name(file, parcel, delivery.kind), self._opened(delivery)
            marker = join_path(file.folder, beside(file.done, name, parcel)) if file.done else ""
            is_lying = drop.look(join_path(file.folder, name)) and (not marker or drop.look(marker))
            # In this order: what the department moves between the two looks is seen by the second.
            is_there = is_lying or drop.look(join_path(file.taken, name))
        except HubError as error:
            self.close()
            return Outcome("pending", error.code, str(error), is_down=isinstance(error, DOWN))
        return Outcome("accepted" if is_there else "missing")

    def poll(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        """Read the receipt, if it is there and whole."""
        if delivery.receipt is None:
            return Outcome("done")
        try:
            file = declared_file(self._department, delivery)
            path = beside(delivery.receipt.poll, file_name(file, parcel, delivery.kind), parcel)
            text_at = read_receipt(self._department, file, self._opened(delivery), path)
        except HubError as error:
            self.close()
            return Outcome("pending", error.code, str(error), is_down=isinstance(error, DOWN))
        return from_receipt(text_at, delivery.receipt) if text_at else Outcome("pending")

    def _put(self, drop: DropFolder, path: str, content: bytes) -> bool:
        """Return whether the file lies there now, ours and whole."""
        if drop.look(path) is None:
            staged = drop.write_beside(path, content)
            self._is_leaving = True
            if drop.move(staged, path):
                return True
        self._is_leaving = True
        entry = drop.look(path)
        return entry is not None and entry.size == len(content) and drop.read(path, 0, entry.size) == content

    def _opened(self, delivery: Delivery) -> DropFolder:
        if self._drop is None:
            self._drop = self._line.enter_context(
                opened_drop(self._department, sending_feed(delivery), self._connection)
            )
        return self._drop
