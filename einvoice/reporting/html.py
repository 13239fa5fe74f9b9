"""A report as one HTML file: how many documents got which verdict, then each of them, the broken ones first.

    page = HtmlReport("fr")
    for document in documents: page.add(document, invoice)
    page.html()

Who has to mend an invoice knows it as a page, not as a path in XML: below the findings of a broken invoice stands its
readable view, with the findings at their place. The file needs nothing else. It is complete without its script, which
only filters, and of bounded size, whatever the folder holds; so is what is kept while documents are added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import repeat, zip_longest
from pathlib import Path
from types import MappingProxyType

from einvoice.data import Language
from einvoice.model import Invoice
from einvoice.report import WEIGHTS, DocumentReport, Finding, Group, Report, Severity, Verdict
from einvoice.reporting.statistics import demanded
from einvoice.reporting.text import checked, headline, places, reasons, rule_name, shown_values, term_name
from einvoice.reporting.words import WORDS, severity_word
from einvoice.view.formatting import number
from einvoice.view.html import document as page_with
from einvoice.view.layout import page_of
from einvoice.view.page import Page
from einvoice.view.remarks import with_remarks
from einvoice.view.templates import filled
from einvoice.visible import all_visible

_HERE = Path(__file__).parent

# The bounds of a page that a browser opens at once, in bytes: eight millions of documents, and the rules.
_LARGEST: Mapping[Verdict, int] = MappingProxyType({"invalid": 5_000_000, "not_run": 1_000_000, "valid": 2_000_000})
_LARGEST_VIEWS = 2_000_000  # of those of broken documents
_MOST_FINDINGS = 200  # of one document
_MOST_FOLLOWING = 20  # of one finding
_MOST_RULES = 300
_LONGEST = 2_000  # characters of one text
_OPEN = 20  # broken documents whose findings are unfolded


@dataclass(frozen=True, slots=True)
class _Told:
    """What the template shows of a finding, and of those that follow from it."""

    severity: Severity
    word: str
    rule: str
    message: str
    term: str = ""
    times: int = 1
    values: str = ""
    places: str = ""
    hint: str = ""
    place: int = 0  # its number on the view of the invoice, where that has a place for it
    following: tuple[_Told, ...] = ()


@dataclass(slots=True)
class _Rule:
    """How often a rule spoke."""

    number: int  # names it in the page
    name: str
    severity: Severity
    documents: int = 0
    findings: int = 0


class HtmlReport:
    """The page, filled document by document; `alone` is one that is about a single document, shown whole."""

    def __init__(self, language: Language, *, alone: bool = False) -> None:
        self._language = language
        self._alone = alone
        self._words = WORDS[language]
        self._verdicts: Counter[Verdict] = Counter()
        self._rules: dict[str, _Rule] = {}
        self._numbered = 1  # the numbers of findings go on from document to document, for each is the target of a link
        self._parts: dict[Verdict, list[str]] = {verdict: [] for verdict in _LARGEST}
        self._room = dict(_LARGEST)
        self._room_for_views = _LARGEST["invalid"] if alone else _LARGEST_VIEWS
        self._views_left_out = 0
        self._last = ""

    def add(self, document: DocumentReport, invoice: Callable[[], Invoice | None]) -> None:
        """Add a document; `invoice` gives the one that it is, where it is to be shown."""
        document = all_visible(document)
        verdict = document.verdict
        self._verdicts[verdict] += 1
        self._last = f"{self._words[verdict]} – {_split(document.source or '-')[1]}"
        rules = self._counted_rules(document)
        if not self._room[verdict]:
            return
        made, size = self._fitting(document, rules, invoice if self._alone or verdict != "valid" else lambda: None)
        self._numbered += len(document.findings)
        if size <= self._room[verdict]:
            self._parts[verdict].append(made)
            self._room[verdict] -= size
        else:
            self._room[verdict] = 0  # what comes after a document that is left out is left out as well

    def html(self) -> str:
        """The whole page."""
        titles = {verdict: self._words[f"n_{verdict}"] for verdict in _LARGEST}
        made = page_with(
            "reporting/report.html",
            self._last if self._alone else self._words["page"]["title"],
            language=self._language,
            look="",
            style=(_HERE / "report.css").read_text(encoding="utf-8"),
            script="" if self._alone else (_HERE / "report.js").read_text(encoding="utf-8"),
            words=self._words,
            total=self._many(self._verdicts.total(), self._words["documents"]),
            verdicts=[(each, self._verdicts[each], titles[each][self._verdicts[each] > 1]) for each in _LARGEST],
            figure=self._figure,
            left_out=self._left_out(),
            rules=self._rows(),
            rules_title=self._many(len(self._rules), self._words["page"]["rules"]),
            alone=self._alone,
        )
        for verdict, parts in self._parts.items():
            made = made.replace(
                f"<!--{verdict}-->", "".join(parts)
            )  # no text can hold it: what it begins with is escaped
        return made

    def _counted_rules(self, document: DocumentReport) -> list[int]:
        """The numbers of the rules that a document breaks, each counted."""
        found = Counter(finding.rule for finding in document.findings)
        for finding in document.findings:
            known = self._rules.setdefault(finding.rule, _Rule(len(self._rules), finding.rule, finding.severity))
            known.severity = min(known.severity, finding.severity, key=WEIGHTS.__getitem__)
        for rule, times in found.items():
            self._rules[rule].documents += 1
            self._rules[rule].findings += times
        return [self._rules[rule].number for rule in found]

    def _fitting(
        self, document: DocumentReport, rules: list[int], invoice: Callable[[], Invoice | None]
    ) -> tuple[str, int]:
        """The document as HTML and its size, with the view of its invoice where there is room for that."""
        plain = self._document(document, rules, None)
        size = len(plain.encode())
        found = invoice() if self._room_for_views else None
        if found is None:
            self._views_left_out += not self._room_for_views
            return plain, size
        page = with_remarks(page_of(found, self._language), document.findings, first=self._numbered)
        shown = self._document(document, rules, page)
        large = len(shown.encode())
        if large > self._room[document.verdict] or large - size > self._room_for_views:
            self._room_for_views = 0
            self._views_left_out += 1
            return plain, size
        self._room_for_views -= large - size
        return shown, large

    def _document(self, document: DocumentReport, rules: list[int], page: Page | None) -> str:
        found = document.groups
        folder, name = _split(document.source or "-")
        return filled(
            "reporting/document.html",
            words=self._words,
            verdict=document.verdict,
            folder=folder,
            name=name,
            about=headline(document, self._language),
            reasons=reasons(document, self._language),
            checked=checked(document, self._language),
            findings=[self._told(each, document) for each in found[:_MOST_FINDINGS]],
            others=max(0, len(found) - _MOST_FINDINGS),
            rules=rules,
            page=page,
            open=self._alone or (document.verdict != "valid" and len(self._parts[document.verdict]) < _OPEN),
            alone=self._alone,
        )

    def _told(self, group: Group, document: DocumentReport) -> _Told:
        first = group.same[0]
        at = next(at for at, each in enumerate(document.findings) if each is first)
        return replace(
            self._in_short(first),
            term=term_name(first.term, self._language),
            times=len(group.same),
            values=_short(", ".join(shown_values(first, self._language)) if len(group.same) == 1 else ""),
            places=_short(places(group.same, self._language)),
            hint=first.hint or "",
            place=self._numbered + at if first.field else 0,
            following=tuple(dict.fromkeys(map(self._in_short, group.following)))[:_MOST_FOLLOWING],
        )

    def _in_short(self, finding: Finding) -> _Told:
        word = severity_word(finding.severity, self._language)
        return _Told(finding.severity, word, rule_name(finding), _short(finding.message))

    def _rows(self) -> list[tuple[_Rule, str, str]]:
        """The rules, the worst and most frequent first, each with its severity and what it demands."""
        order = sorted(self._rules.values(), key=lambda rule: (WEIGHTS[rule.severity], -rule.documents, rule.name))
        return [
            (each, severity_word(each.severity, self._language), demanded(each.name, self._language))
            for each in order[:_MOST_RULES]
        ]

    def _figure(self, count: int) -> str:
        return number(Decimal(count), self._language)

    def _many(self, count: int, forms: tuple[str, str]) -> str:
        return f"{self._figure(count)} {forms[count > 1]}"

    def _left_out(self) -> str:
        """What a page of bounded size has no room for, and where it is to be found."""
        missing = [
            self._many(count, self._words[f"n_{verdict}"])
            for verdict, parts in self._parts.items()
            if (count := self._verdicts[verdict] - len(parts))
        ]
        if self._views_left_out:
            missing.append(self._many(self._views_left_out, self._words["page"]["views"]))
        return self._words["page"]["left_out"].format(what=", ".join(missing)) if missing else ""


def html(report: Report, language: Language, invoices: Sequence[Invoice | None] = ()) -> str:
    """The report as HTML; `invoices` are those of its documents, in their order, as far as they could be read.

    A report that carries its invoice needs none.
    """
    made = HtmlReport(language, alone=len(report.documents) == 1)
    given = (invoices or (report.invoice,))[: len(report.documents)]
    for document, invoice in zip_longest(report.documents, given):
        made.add(document, repeat(invoice).__next__)
    return made.html()


def _split(source: str) -> tuple[str, str]:
    """A path as its folder and its name."""
    at = max(source.rfind("/"), source.rfind("\\")) + 1
    return source[:at], source[at:]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
