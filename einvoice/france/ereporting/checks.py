"""What an e-report must say, although the published schema and rules do not notice.

    check(report)                                        # findings; () for a good report
    check(report, regime="real_normal_monthly")          # ... whose period is one of that regime

An error is what a published text demands; everything else is a warning. What the published rules see themselves (their
version 1.0 sees much) is left to them. The rules are `schematron/einvoice-flux10.sch`; here is what is no matter for
XPath: the periods of VAT regimes, check digits, and who is French.

Sources: those of the rule set; INSEE (key of a SIREN).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from einvoice import own_rules
from einvoice.draft.reform import takes_part
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.calendar import REGIMES, YEARS, Content, Regime, periods
from einvoice.france.ereporting.report import EReport
from einvoice.identifiers import SIREN
from einvoice.model import Period
from einvoice.own_rules import Engine, Place, Ran
from einvoice.report import Finding, Severity
from einvoice.rulebook import Language, Observation, in_words, observation
from einvoice.schematron import RuleTree
from einvoice.xml import parse_xml

_RULES, _STEP = "einvoice-flux10", "ereport"


def check(report: EReport, *, regime: Regime | None = None, language: Language = "fr") -> tuple[Finding, ...]:
    """What is wrong with a report, `()` for a good one. With `regime`, a period that is not of it is an error.

    Messages are in French unless `language` is "en".

    Raises `Unwritable` for a text that XML cannot hold.
    """
    return in_words(observations_on(report, regime), language)


def observations_on(report: EReport, regime: Regime | None = None) -> tuple[Observation, ...]:
    """What our own rules find in a report that is no document yet: its places are fields alone."""
    root = parse_xml(flux10.write(report, incomplete=True))
    found = run_rules(RuleTree(root), report, flux10.fields(root).at, regime).observations
    return tuple(replace(each, xpath="", line=None) for each in found)


def run_rules(
    tree: RuleTree, report: EReport, place: Place, regime: Regime | None = None, engine: Engine | None = None
) -> Ran:
    """What our own rules find in a document, and in the report that was read from it."""
    ran = own_rules.run(_RULES, tree, step=_STEP, place=place, engine=engine)
    others = (*_declarant_is_known(report), *_trade_is_not_domestic(report), *_period_is_of_a_regime(report, regime))
    return replace(ran, observations=(*ran.observations, *others))


def _say(rule: str, severity: Severity, field: str, term: str = "", **facts: object) -> Observation:
    return observation(rule, severity, _STEP, field=field, term=term or None, **facts)


def _period(report: EReport) -> tuple[Content, Period] | None:
    """What the report is of, and its period; None where it tells no complete one."""
    content: Content = "payments" if report.payments else "transactions"
    part = report.transactions or report.payments
    dates = part.period if part else None
    return (content, dates) if dates and dates.start_date and dates.end_date else None


def _period_is_of_a_regime(report: EReport, regime: Regime | None) -> Iterator[Observation]:
    known = _period(report)
    if known is None:
        return
    content, dates = known
    year = dates.start_date.year if dates.start_date else 0
    if year not in YEARS:  # G1.36, which the published rules see
        return
    allowed = [
        each for name in ((regime,) if regime else REGIMES) for each in periods(name, year) if each.content == content
    ]
    if not any((each.start, each.end) == (dates.start_date, dates.end_date) for each in allowed):
        field, shown = f"{content}.period", f"{dates.start_date} – {dates.end_date}"
        yield _say("EI-FRR-02", "error" if regime else "warning", field, "TT-17", found=shown, regime=regime or "—")


def _declarant_is_known(report: EReport) -> Iterator[Observation]:
    identifier = report.declarant.identifier if report.declarant else None
    number = (identifier.value if identifier else None) or ""
    if number.isdigit() and len(number) == 9 and (fault := SIREN.fault(number)):  # G6.26: known to INSEE
        yield _say("EI-FRR-05", "warning", "declarant.identifier.value", "TT-13", found=number, expected=fault.expected)


def _trade_is_not_domestic(report: EReport) -> Iterator[Observation]:
    for index, invoice in enumerate(report.transactions.invoices if report.transactions else ()):
        if takes_part(invoice.seller) and takes_part(invoice.buyer):
            yield _say("EI-FRR-09", "warning", f"transactions.invoices[{index}]", "TG-8", found=invoice.number)
