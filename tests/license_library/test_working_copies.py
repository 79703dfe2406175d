"""Files of licenses and working copies: every attached byte comes back, and a copy is refused from its last second on."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from file_samples import SAMPLES, acting_pdf, encrypted_pdf, ofd, pdf, sealed_pdf, swelling_pdf
from pypdf import PdfReader
from question_makers import NOW, PERSON, Library
from sqlalchemy import event, text

from license_library.asking.refusals import NotReliable, NotSettled
from license_library.copies.copy_band import FOOT
from license_library.copies.copy_bodies import draw_copy
from license_library.copies.copy_checks import check_content, check_identifier
from license_library.copies.copy_marks import Mark
from license_library.copies.copy_pages import mark_pages
from license_library.copies.working_copies import Making, list_copies, make_copy, new_identifier, read_copy_identifier
from license_library.files import license_files
from license_library.files.file_kinds import FileRefused
from license_library.files.file_store import FileDamaged, FileStore
from license_library.files.license_files import Attaching, attach_file, check_store, list_files, withdraw_file
from license_library.files.page_contents import UnpacksTooFar
from schemas.errors import NotFound, RequestError

TODAY = NOW.date()
END = NOW + timedelta(days=30)
PURPOSE = "食品经营许可申请核验"


class Desk:
    """Attach, make and check over one library and one folder."""

    def __init__(self, shelf: Library, folder: Path) -> None:
        self.shelf, self.conn, self.keyring = shelf, shelf.conn, shelf.keyring
        self.store = FileStore(str(folder), shelf.keyring)
        shelf.add_feed()
        self.subject = shelf.add_subject()
        self.license_id = shelf.add_license(self.subject, face={"scope": "道路货物运输"}, open_ended=True)

    def attach(self, content: bytes, license_id: int | None = None, **changes: Any):
        facts = {"name": "执照.pdf", "who": "张工", "purpose": PURPOSE, **changes}
        return attach_file(self.conn, self.store, content, Attaching(license_id or self.license_id, **facts), NOW)

    def make(self, license_id: int | None = None, **changes: Any):
        facts = {"purpose": PURPOSE, "made_by": "张工", "expires_at": END, **changes}
        making = Making(license_id or self.license_id, **facts)
        return make_copy(self.conn, self.keyring, self.store, making, TODAY, NOW)

    def check(self, what: str | bytes, now=NOW):
        ask = check_identifier if isinstance(what, str) else check_content
        return ask(self.conn, self.keyring, what, now.date(), now)


@pytest.fixture
def desk(shelf: Library, tmp_path: Path) -> Desk:
    """Give a desk with one license that is valid without end."""
    return Desk(shelf, tmp_path / "files")


def words_of(content: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_a_file_is_looked_at_and_stored_before_its_license_is_locked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    look = license_files.look_at
    monkeypatch.setattr(license_files, "look_at", lambda content: steps.append("look") or look(content))
    put = desk.store.put
    monkeypatch.setattr(desk.store, "put", lambda content, **how: steps.append("put") or put(content, **how))
    event.listen(
        desk.conn, "before_cursor_execute", lambda *told: steps.append("lock") if "for share" in told[2] else None
    )
    desk.attach(pdf())
    assert steps == ["look", "put", "lock"]
    steps.clear()
    desk.make()
    assert [step for step in steps if step != "look"] == ["put", "lock"]


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_attached_byte_comes_back(desk: Desk, kind: str) -> None:
    kept = desk.attach(SAMPLES[kind], name=f"..\\x/执照\n{PERSON}.exe")
    assert (kept.kind, kept.size_bytes, kept.version_count, kept.is_current) == (kind, len(SAMPLES[kind]), 1, True)
    assert kept.name == f"执照{PERSON[:4]}{'*' * 10}{PERSON[-4:]}.exe"
    assert desk.store.get(bytes.fromhex(kept.digest)) == SAMPLES[kind]
    assert desk.attach(SAMPLES[kind]).file_id == kept.file_id
    assert list_files(desk.conn, desk.license_id) == [kept]


def test_a_file_is_refused_for_what_it_is_and_for_whose_it_would_be(desk: Desk) -> None:
    with pytest.raises(FileRefused):
        desk.attach(b"<html>")
    with pytest.raises(NotFound):
        desk.attach(pdf(), license_id=999_999)
    with pytest.raises(NotFound):
        desk.attach(pdf(), license_id=2**70)
    for version in (0, 2):
        with pytest.raises(RequestError, match="versions 1 to 1"):
            desk.attach(pdf(), version_count=version)
    assert desk.store.list_digests() == []


def test_a_withdrawn_file_no_longer_counts_until_it_is_attached_again(desk: Desk) -> None:
    kept = desk.attach(pdf())
    assert not withdraw_file(desk.conn, kept.file_id, "李工", NOW).is_current
    with pytest.raises(NotFound):
        withdraw_file(desk.conn, kept.file_id, "李工", NOW)
    assert desk.make()[0].body == "data_sheet"
    assert desk.check(pdf()).verdict == "unknown"
    assert desk.attach(pdf()).is_current


def test_a_copy_falls_with_the_file_it_was_made_of(desk: Desk) -> None:
    kept = desk.attach(pdf())
    made, content = desk.make()
    withdraw_file(desk.conn, kept.file_id, "李工", NOW)
    for what in (made.identifier, content):
        check = desk.check(what)
        assert (check.verdict, check.copy.identifier) == ("file_withdrawn", made.identifier)
    desk.attach(pdf())
    assert desk.check(content).verdict == "valid"


def test_a_content_without_a_row_is_found_and_is_harmless(desk: Desk) -> None:
    desk.store.put(pdf())  # and the process died before its row
    desk.attach(ofd())
    stored = check_store(desk.conn, desk.store)
    assert (stored.whole, stored.missing, len(stored.orphans)) == (1, [], 1)
    assert desk.check(pdf()).verdict == "unknown"
    desk.attach(pdf())
    assert check_store(desk.conn, desk.store).orphans == []


def test_a_row_without_its_content_is_found_and_nothing_is_served(desk: Desk) -> None:
    kept = desk.attach(pdf())
    next((Path(desk.store._root) / kept.digest[:2]).iterdir()).unlink()
    assert check_store(desk.conn, desk.store).missing == [kept.digest]
    with pytest.raises(FileDamaged):
        desk.make()


def test_every_page_of_a_copy_says_what_it_is_for(desk: Desk) -> None:
    desk.attach(pdf("ORIGINAL", pages=3))
    made, content = desk.make(case_number="370283-2016-000123")
    assert (made.body, made.version_count, made.is_expired) == ("file", 1, False)
    pages = words_of(content)
    assert len(pages) == 3
    for number, words in enumerate(pages, 1):
        plain = words.replace(" ", "").replace("\n", "")
        for said in ("ORIGINAL", made.identifier, PURPOSE, "370283-2016-000123", "张工", f"第{number}页/共3页", "2016"):
            assert said in plain, said
    facts = PdfReader(io.BytesIO(content)).metadata
    assert facts is not None
    assert (facts["/JZJZZSY"], facts["/JZJZZZ"], facts["/Subject"]) == (PURPOSE, "张工", made.identifier)


def test_nothing_of_a_file_can_act_in_a_copy(desk: Desk) -> None:
    assert b"EVIL" in acting_pdf()
    desk.attach(acting_pdf())
    made, content = desk.make()
    assert made.body == "file"
    for word in (b"EVIL", b"evil", b"/JavaScript", b"/JS", b"/AA", b"/URI", b"/EmbeddedFile", b"/OpenAction"):
        assert word not in content
    assert "ORIGINAL" in words_of(content)[0]


def green_share(content: bytes, box: tuple[float, float, float, float]) -> float:
    """Return how much of a part of the first page, in shares of it from above, is the green of the seal."""
    page = pypdfium2.PdfDocument(content)[0].render(scale=1).to_pil().convert("RGB")
    left, top, right, bottom = (round(part) for part in box)
    colors = page.crop((left, top, right, bottom)).getcolors(1_000_000)
    return sum(many for many, (r, g, b) in colors if g > r + 60 and g > b + 60) / sum(many for many, _ in colors)


@pytest.mark.parametrize(
    ("rotation", "box"),  # from the upper left corner of what the reader sees
    [(0, (400, 600, 500, 700)), (90, (100, 400, 200, 500)), (180, (100, 100, 200, 200)), (270, (600, 100, 700, 200))],
)
def test_a_seal_stands_in_a_copy_where_it_stands_in_its_file(desk: Desk, rotation: int, box: tuple[int, ...]) -> None:
    file = sealed_pdf(rotation)
    assert green_share(file, box) > 0.99
    desk.attach(file)
    _, content = desk.make()
    page = PdfReader(io.BytesIO(content)).pages[0]
    head = float(page.mediabox.height) - FOOT - (600 if rotation % 180 else 800)
    left, top, right, bottom = box
    assert green_share(content, (left + 1, top + head + 1, right - 1, bottom + head - 1)) > 0.9


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [(243, 153), (595, 842), (3000, 2000)])
def test_a_page_of_any_size_and_turn_stands_between_the_bands(desk: Desk, size, rotation: int) -> None:
    desk.attach(pdf(size=size, rotation=rotation))
    _, content = desk.make()
    page = PdfReader(io.BytesIO(content)).pages[0]
    assert 420 <= page.mediabox.width <= 1200
    across = size[1] if rotation % 180 else size[0]
    up = size[0] if rotation % 180 else size[1]
    shown = page.mediabox.width * up / across
    assert 80 < float(page.mediabox.height) - float(shown) < 140


def test_without_a_file_a_copy_is_a_data_sheet_with_source_and_age(desk: Desk) -> None:
    made, content = desk.make()
    assert made.body == "data_sheet"
    words = "".join(words_of(content)).replace(" ", "").replace("\n", "")
    for said in (
        "不是证照原件",
        "平度市恒通运输有限公司",
        "经营(许可)范围",
        "道路货物运输",
        "长期",
        "数据截至",
        "第1版",
    ):
        assert said in words, said
    assert "9137**********9C6Y" in words


def test_a_value_longer_than_a_page_goes_on_over_pages(desk: Desk) -> None:
    long = desk.shelf.add_license(desk.subject, face={"scope": "道路货物运输；" * 1500}, open_ended=True)
    pages = words_of(desk.make(long)[1])
    assert len(pages) > 3
    assert "".join(pages).replace("\n", "").count("货物运输") > 1300


@pytest.mark.parametrize(("name", "shown"), [("王𠮷", "王[U+20BB7]"), ("王㐂", "王[U+3402]")])
def test_a_character_that_the_font_lacks_is_not_lost_unseen(desk: Desk, name: str, shown: str) -> None:
    rare = desk.shelf.add_license(desk.subject, holder_name=name, open_ended=True)
    assert shown in "".join(words_of(desk.make(rare)[1]))


def test_a_file_that_unpacks_too_far_is_never_a_body() -> None:
    with pytest.raises(UnpacksTooFar):
        mark_pages(swelling_pdf(), Mark("JZ", PURPOSE, None, "张工", NOW, END))


@pytest.mark.parametrize(("content", "said"), [(ofd(), "证照原件为OFD文件"), (encrypted_pdf(), "加密的PDF")])
def test_a_file_that_cannot_be_printed_over_is_named_with_its_digest(desk: Desk, content: bytes, said: str) -> None:
    kept = desk.attach(content)
    made, copy = desk.make()
    assert made.body == "data_sheet"
    words = "".join(words_of(copy)).replace(" ", "").replace("\n", "")
    assert said in words
    assert kept.digest in words


def test_the_file_of_a_former_version_is_not_the_body_of_a_copy(desk: Desk) -> None:
    later = desk.shelf.add_license(desk.subject, version_count=2, open_ended=True)
    desk.shelf.add_former_version(later, desk.subject)
    kept = desk.attach(pdf(), license_id=later, version_count=1)
    assert not kept.is_current
    made, content = desk.make(later)
    assert (made.body, made.version_count) == ("data_sheet", 2)
    assert "证照此后已变更" in "".join(words_of(content)).replace("\n", "")


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_an_image_becomes_a_page(desk: Desk, kind: str) -> None:
    desk.attach(SAMPLES[kind])
    made, content = desk.make()
    assert made.body == "file"
    assert PURPOSE in words_of(content)[0].replace("\n", "")
    assert b"/Image" in content


def test_a_copy_is_good_to_the_second_and_no_longer(desk: Desk) -> None:
    made, content = desk.make()
    desk.shelf.change("update feeds set fresh_at = :end", end=END)
    for what in (made.identifier, content):
        assert desk.check(what).verdict == "valid"
        assert desk.check(what, END - timedelta(seconds=1)).verdict == "valid"
        refused = desk.check(what, END)
        assert (refused.verdict, refused.copy.is_expired) == ("expired", True)
        assert "过期" in refused.words.zh


def test_an_altered_copy_is_refused_and_named(desk: Desk) -> None:
    made, content = desk.make()
    for altered in (content + b" ", content.replace(b"%PDF-1", b"%PDF-2"), content[:-10]):
        check = desk.check(altered)
        assert (check.verdict, check.copy.identifier) == ("altered", made.identifier)


def test_what_nobody_made_is_unknown(desk: Desk) -> None:
    for what in (new_identifier(), "JZ-x", "", "恒通" * 100, b"", pdf("elsewhere")):
        assert desk.check(what).verdict == "unknown"


def test_a_copy_falls_with_its_license_and_says_what_became_of_it(desk: Desk) -> None:
    made, content = desk.make()
    desk.shelf.change("update licenses set status = 'revoked' where license_id = :id", id=desk.license_id)
    for what in (made.identifier, content):
        check = desk.check(what)
        assert (check.verdict, check.license_words.zh) == ("license_not_good", "状态为撤销")


DOUBTS = {
    "silent": ("update feeds set fresh_at = :then", "该部门自 2016-03-17 10:00 起未提供数据"),
    "unlisted": ("update licenses set unlisted_at = :then", "该部门最近的全量清单中已无此证照"),
    "disputed": (
        """insert into correction_requests
             (department, feed, record_id, license_id, field, basis, asked_by, asked_at, due_on, state)
           select department, feed, record_id, license_id, 'holder_name', '', '张工', :then, :then, 'open' from licenses""",
        "内容有异议，已请部门校核",
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_nobody_vouches_for_is_neither_checked_as_good_nor_copied(desk: Desk, doubt: str) -> None:
    desk.attach(pdf())
    made, content = desk.make()
    statement, said = DOUBTS[doubt]
    desk.shelf.change(statement, then=NOW - timedelta(days=90))
    for what in (made.identifier, content, pdf()):
        check = desk.check(what)
        assert (check.verdict, said in check.words.zh) == ("stale", True), check.words
        assert check.license_words.zh == "长期有效"
    with pytest.raises(NotReliable) as refused:
        desk.make()
    assert said in refused.value.words.zh
    # Once taken away it is not good again by waiting; that it was taken away may be what is disputed.
    desk.shelf.change("update licenses set status = 'revoked'")
    assert desk.check(content).verdict == ("stale" if doubt == "disputed" else "license_not_good")


def test_a_copy_of_a_license_that_ran_out_may_be_good_again_while_its_department_is_silent(desk: Desk) -> None:
    made, _ = desk.make()
    desk.shelf.change("update licenses set open_ended = false, valid_to = :end", end=NOW.date() - timedelta(days=1))
    assert desk.check(made.identifier).verdict == "license_not_good"
    desk.shelf.change("update licenses set unlisted_at = :then", then=NOW)  # says nothing of what came since
    assert desk.check(made.identifier).verdict == "license_not_good"
    desk.shelf.change("update feeds set fresh_at = :then", then=NOW - timedelta(days=90))
    assert desk.check(made.identifier).verdict == "stale"
    desk.shelf.change("update licenses set status = 'revoked'")
    assert desk.check(made.identifier).verdict == "license_not_good"


def test_a_check_tells_its_source_and_age(desk: Desk) -> None:
    made, content = desk.make()
    for check in (desk.check(made.identifier), desk.check(content), desk.check(made.identifier, END)):
        assert check.source is not None
        assert (check.source.department_name, check.source.as_of) == ("平度市市场监督管理局", NOW - timedelta(hours=1))
    assert desk.check(b"elsewhere").source is None


def test_a_copy_of_a_former_version_is_said_to_be_one(desk: Desk) -> None:
    made, content = desk.make()
    desk.shelf.add_former_version(desk.license_id, desk.subject)
    desk.shelf.change("update licenses set version_count = 2 where license_id = :id", id=desk.license_id)
    for what in (made.identifier, content):
        check = desk.check(what)
        assert (check.verdict, check.current_version_count) == ("valid", 2)
        assert "但属于先前的第 1 版，证照现为第 2 版" in check.words.zh
        assert "of its former version 1; the license now is at version 2" in check.words.en


def test_a_license_file_of_ours_is_known_by_its_bytes(desk: Desk) -> None:
    kept = desk.attach(ofd())
    check = desk.check(ofd())
    assert (check.verdict, check.file) == ("valid", kept)


@pytest.mark.parametrize("changes", [{"status": "suspended"}, {"valid_to": date(2016, 1, 1)}])
def test_no_copy_is_made_of_a_license_that_is_not_good(desk: Desk, changes: dict[str, Any]) -> None:
    bad = desk.shelf.add_license(desk.subject, **changes)
    with pytest.raises(NotReliable):
        desk.make(bad)
    assert desk.conn.execute(text("select count(*) from working_copies")).scalar_one() == 0


def test_a_license_that_changes_while_it_is_drawn_leaves_no_copy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw_slowly(*given: Any) -> Any:
        desk.shelf.change("update licenses set version_count = version_count + 1")
        return draw_copy(*given)

    monkeypatch.setattr("license_library.copies.copy_bodies.draw_copy", draw_slowly)
    with pytest.raises(NotSettled, match="ask again"):
        desk.make()
    assert desk.conn.execute(text("select count(*) from working_copies")).scalar_one() == 0


@pytest.mark.parametrize("end", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=366)])
def test_a_copy_ends_within_a_year(desk: Desk, end) -> None:
    with pytest.raises(RequestError, match="expected an instant within"):
        desk.make(expires_at=end)


@pytest.mark.parametrize("_", range(30))
def test_an_identifier_is_read_however_it_is_typed(_: int) -> None:
    identifier = new_identifier()
    misread = identifier.replace("0", "O").replace("1", "l")
    for typed in (identifier.lower(), identifier.replace("-", ""), f" {identifier} ", misread):
        assert read_copy_identifier(typed) == identifier


def test_a_copy_says_what_became_of_its_license_since(desk: Desk) -> None:
    made, content = desk.make()
    desk.shelf.add_former_version(desk.license_id, desk.subject)
    desk.shelf.change("update licenses set version_count = 2, license_number = 'A1'")
    desk.shelf.add_license(desk.subject, license_number="A2", replaces="A1")
    (listed,) = list_copies(desk.conn, desk.keyring, desk.license_id, NOW)
    assert made.warnings == []
    assert [one.code for one in listed.warnings] == ["license.replaced", "license.former_version"]
    for check in (desk.check(made.identifier), desk.check(content)):
        assert check.verdict == "valid"
        assert "已有证照取代本证照" in check.words.zh
        assert "属于先前的第 1 版，证照现为第 2 版" in check.words.zh
        assert check.copy == listed


def test_a_file_of_a_license_that_was_replaced_is_said_to_be(desk: Desk) -> None:
    desk.attach(pdf())
    desk.shelf.change("update licenses set license_number = 'A1'")
    desk.shelf.add_license(desk.subject, license_number="A2", replaces="A1")
    check = desk.check(pdf())
    assert (check.verdict, "已有证照取代本证照" in check.words.zh) == ("valid", True)
