"""What strangers hide in names and texts is shown to nobody's terminal, build server or browser as it stands."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.disk import replace_file
from einvoice.reporting import FORMATS, Look, render
from einvoice.visible import all_visible, visible

GOOD = (FIXTURES / "valid" / "services.ubl.xml").read_bytes()
EVIL = "\u202eA\u2066B\u200bC\x85D\u2028E\ufeffF"
HIDDEN = "\u202e\u2066\u200b\x85\u2028\ufeff\x1b\x07"


def report():
    """The report on an invoice with hidden marks in a text that a finding quotes, and in its name."""
    data = GOOD.decode().replace("<cbc:InvoiceTypeCode>380", f"<cbc:InvoiceTypeCode>{EVIL}").encode()
    return ei.validate(data, name="evil\x1b[2J\u202efdp.xml")


@pytest.mark.parametrize("form", [each for each in FORMATS if each != "json"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_form_for_people_has_hidden_marks(form, language):
    """They are spelled out in each: text, HTML, JUnit, SARIF, annotations, statistics."""
    made = render(report(), form, language=language, look=Look())
    assert not set(made) & set(HIDDEN)
    if form != "statistics":
        assert "[U+202E]" in made


def test_json_has_what_is_there():
    """Programs get the texts as they stand; JSON spells controls itself."""
    made = render(report(), "json")
    assert "\u202e" in json.dumps(json.loads(made), ensure_ascii=False)
    assert "\x1b" not in made


def test_messages_and_usage_errors_are_made_visible(tmp_path):
    """File names and arguments on standard error."""
    for arguments in (["validate", str(tmp_path / "a\x1b[2J\u202eb.xml")], ["explain", "\x1b]0;x\x07"]):
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "einvoice", *arguments], capture_output=True, check=False, timeout=120
        )
        assert done.returncode in (1, 2)
        assert not set(done.stderr.decode()) & set(HIDDEN)


def test_ordinary_texts_are_left_alone():
    """Accents, other scripts, pictures and line breaks stay; a model without hidden marks is the very same."""
    for text in ("Café – 12 €\n\tœuf", "فاتورة", "請求書", "👩\u200d💻"):
        assert visible(text) == text
    plain = ei.validate(GOOD)
    assert all_visible(plain) is plain


def test_a_file_is_replaced_whole(tmp_path, monkeypatch):
    """Permissions and links stay; where writing fails the old content stays, and nothing lies beside it."""
    path, link = tmp_path / "a.xml", tmp_path / "link.xml"
    replace_file(path, b"1")
    path.chmod(0o640)
    link.symlink_to(path)
    replace_file(link, b"2")
    assert (path.read_bytes(), path.stat().st_mode & 0o777, link.is_symlink()) == (b"2", 0o640, True)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("einvoice.disk.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"3")
    assert path.read_bytes() == b"2"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.xml", "link.xml"]


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    """A limit of the system on the size of files is the nearest thing to a full disk."""
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); from pathlib import Path;"
        "from einvoice.disk import replace_file; replace_file(Path(sys.argv[1]), b'x' * 5000)"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(path)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]
