"""What a working copy shows: the license's file where one can be shown, else a data sheet that says why not.

Chooses and has it drawn; keeps nothing.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from license_library.answers import FileBrief, LicenseAnswer
from license_library.copies.copy_band import FOOT, head_height
from license_library.copies.copy_marks import Mark
from license_library.copies.copy_pages import mark_pages
from license_library.copies.data_sheet import draw_image, draw_sheet
from license_library.files.file_kinds import look_at
from license_library.files.file_store import FileStore
from license_library.files.license_files import newest_file

_A4_WIDTH: Final = 595.0


def draw_copy(conn: Connection, store: FileStore, answer: LicenseAnswer, mark: Mark) -> tuple[FileBrief | None, bytes]:
    """Return the file that is shown, and the copy; of a data sheet, which says why, where no file can be shown."""
    file = newest_file(conn, answer.license.license_id)
    pages, note = _pages(store, file)
    if file is not None and pages is not None:
        try:
            return file, mark_pages(pages, mark)
        except Exception:  # noqa: BLE001 - a department's PDF may break its reader in any way
            note = f"证照原件为 PDF 文件，SHA-256 {file.digest}，无法加注。"
    bands = head_height(mark, _A4_WIDTH) + FOOT
    return None, mark_pages(draw_sheet(answer, [note] if note else [], bands), mark)


def _pages(store: FileStore, file: FileBrief | None) -> tuple[bytes | None, str]:
    """Return the pages of a file that can be printed over, or None and a sentence of what the file is."""
    if file is None:
        return None, ""
    which = f"{file.kind.upper()} 文件，SHA-256 {file.digest}"
    if not file.is_current:
        return None, f"平台存有第 {file.version_count} 版证照的{which}；证照此后已变更，故未采用。"
    if file.kind == "ofd":
        return None, f"证照原件为 {which}。"
    content = store.get(bytes.fromhex(file.digest))
    if file.kind != "pdf":
        return draw_image(content), ""
    if look_at(content).is_encrypted:
        return None, f"证照原件为加密的 {which}。"
    return content, ""
