"""When to report what: the periods of a VAT regime and their deadlines, as a calendar.

    periods("real_normal_monthly", 2026)[0]
    # ReportingPeriod("transactions", 2026-01-01, 2026-01-10, due 2026-01-20)

* real_normal_monthly: transactions of ten days (1-10, 11-20, 21-end), due on the 20th, the last day and the 10th of the
  next month; payments of a month, due on the 10th of the next
* real_normal_quarterly: both of a month, due on the 10th of the next
* simplified: both of a month, due on the last day of the next. Abolished on 1 January 2027; a company whose financial
  year began before keeps it to the end of that year (law 2025-127, art. 38)
* franchise: both of two months (January-February, ...), due on the last day of the month after

The day due is the last on which the platform may file; the public portal closes at 08:00 the morning after. A deadline
is not moved by Sundays or holidays: no published text does.

`deadlines` are the periods of a year that the law knows: none before the company is obliged, none of a regime that is
no more.

Sources: DGFiP external specifications v3.2, general file §2.3 and §3.7; law 2023-1322, art. 91; law 2025-127, art. 38.
The names of the regimes are those of PDP APIs.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal, get_args

Regime = Literal["real_normal_monthly", "real_normal_quarterly", "simplified", "franchise"]
Size = Literal["large", "medium", "small", "micro"]
Content = Literal["transactions", "payments"]
Periodicity = Literal["decade", "monthly", "bimonthly"]
REGIMES: tuple[Regime, ...] = get_args(Regime)
SIZES: tuple[Size, ...] = get_args(Size)

# Law 2023-1322, art. 91: when companies of each size (decree 2008-1354) must send e-invoices and e-reports.
OBLIGED_SINCE: Mapping[Size, date] = MappingProxyType(
    {
        "large": date(2026, 9, 1),
        "medium": date(2026, 9, 1),
        "small": date(2027, 9, 1),
        "micro": date(2027, 9, 1),
    }
)

YEARS = range(2000, 2100)  # that the public portal knows (G1.36)
SIMPLIFIED_ABOLISHED = date(2027, 1, 1)
_LAST_SIMPLIFIED = date(2027, 12, 31)  # the last day of a financial year that began in 2026
# Companies of these regimes are small by their turnover (CGI art. 293 B, 302 septies A).
_USUAL_SIZE: Mapping[Regime, Size] = MappingProxyType({"simplified": "small", "franchise": "micro"})

_CLOSING_HOUR = time(8)


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A period to report; both its days are in it."""

    content: Content
    start: date
    end: date
    due: date  # the last day to file

    @property
    def closes_at(self) -> datetime:
        """When the public portal stops accepting it, in French legal time."""
        return datetime.combine(self.due + timedelta(days=1), _CLOSING_HOUR)

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def periods(regime: Regime, year: int) -> tuple[ReportingPeriod, ...]:
    """All periods of a year, transactions first; the last ones are due in the next year.

    Raises `ValueError` for an unknown regime, and for a year that the portal does not know (2000 to 2099, G1.36).
    """
    if year not in YEARS:
        raise ValueError(f"no e-reporting in the year {year}; expected {YEARS[0]} to {YEARS[-1]}")
    makers = {
        "real_normal_monthly": (_decades, _months_to_the_10th),
        "real_normal_quarterly": (_months_to_the_10th, _months_to_the_10th),
        "simplified": (_months_to_the_end, _months_to_the_end),
        "franchise": (_pairs_of_months, _pairs_of_months),
    }
    if regime not in makers:
        raise ValueError(f"unknown VAT regime {regime!r}; expected one of {', '.join(makers)}")
    transactions, payments = makers[regime]
    return (*transactions("transactions", year), *payments("payments", year))


def periodicity(regime: Regime, content: Content) -> Periodicity:
    """How often a regime reports `content`: every ten days, every month, every two months. It leaves no choice."""
    how_many = sum(each.content == content for each in periods(regime, 2026))
    often: dict[int, Periodicity] = {36: "decade", 12: "monthly", 6: "bimonthly"}
    return often[how_many]


def obliged_since(regime: Regime, size: Size | None = None) -> date:
    """The day from which a company of that regime and size must report; without a size, that which the regime has."""
    return OBLIGED_SINCE[size or _USUAL_SIZE.get(regime, "large")]


def deadlines(regime: Regime, year: int, *, since: date | None = None) -> tuple[ReportingPeriod, ...]:
    """The periods of a year that must be reported, by their deadlines; those that ended before `since` need not.

    `since` is `obliged_since(regime)` unless given. Raises `ValueError` as `periods` does.
    """
    first = since if since is not None else obliged_since(regime)
    last = _LAST_SIMPLIFIED if regime == "simplified" else date.max
    found = (each for each in periods(regime, year) if first <= each.end <= last)
    return tuple(sorted(found, key=lambda each: (each.due, each.start, each.content)))


def _decades(content: Content, year: int) -> Iterator[ReportingPeriod]:
    for month in range(1, 13):
        last = _last(year, month)
        yield ReportingPeriod(content, date(year, month, 1), date(year, month, 10), date(year, month, 20))
        yield ReportingPeriod(content, date(year, month, 11), date(year, month, 20), last)
        yield ReportingPeriod(content, date(year, month, 21), last, _next_month(last).replace(day=10))


def _months_to_the_10th(content: Content, year: int) -> Iterator[ReportingPeriod]:
    for month in range(1, 13):
        last = _last(year, month)
        yield ReportingPeriod(content, date(year, month, 1), last, _next_month(last).replace(day=10))


def _months_to_the_end(content: Content, year: int) -> Iterator[ReportingPeriod]:
    for month in range(1, 13):
        last = _last(year, month)
        yield ReportingPeriod(content, date(year, month, 1), last, _end_of_next_month(last))


def _pairs_of_months(content: Content, year: int) -> Iterator[ReportingPeriod]:
    for month in range(1, 13, 2):
        last = _last(year, month + 1)
        yield ReportingPeriod(content, date(year, month, 1), last, _end_of_next_month(last))


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _next_month(last: date) -> date:
    return last + timedelta(days=1)


def _end_of_next_month(last: date) -> date:
    first = _next_month(last)
    return _last(first.year, first.month)
