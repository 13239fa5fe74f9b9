"""Times in French messages: what the clock on a French wall shows, without a zone.

    legal_time(datetime(2026, 11, 2, 9, 0, tzinfo=UTC))      # 2026-11-02 10:00, as the messages mean it

Lifecycle messages and e-reports have no place for a time zone (format 204: YYYYMMDDHHMMSS). A time that has one is put
into French legal time; a time without one is taken as it stands.

Source: DGFiP external specifications v3.2, annex 7 (G7.06, G7.53).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator


def legal_time(time: datetime) -> datetime:
    """The time in France, without zone and without fractions of a second.

    What lies beyond the calendar there, as 9999-12-31T23:59:59Z does, which is said for "for ever", is its last moment.
    Raises `ValueError` for a time with a zone where the machine has no time zone data (`pip install tzdata`).
    """
    if time.tzinfo is not None:
        try:
            time = time.astimezone(ZoneInfo("Europe/Paris")).replace(tzinfo=None)
        except ZoneInfoNotFoundError as error:
            raise ValueError("no time zone data on this machine: give French time, or pip install tzdata") from error
        except OverflowError:
            time = datetime.min if time.year == 1 else datetime.max  # noqa: DTZ901 - the French clock, as above
    return time.replace(microsecond=0)


LegalTime = Annotated[datetime, "LegalTime", AfterValidator(legal_time)]
