"""Usage: the calls of a client, counted by endpoint, and their limits."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Row, select

from einvoice_server.api.common import OURS, Client, Day, Here, router
from einvoice_server.clock import iso, micros, moment
from einvoice_server.meter import HOUR
from einvoice_server.platform import Platform
from einvoice_server.tables import usage

__all__ = ["usage_group"]

usage_group = router("/usage", "Usage")
Span = Literal["daily", "weekly", "monthly", "yearly"]
_DAYS: dict[Span, int] = {"daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}


class EndpointUsage(BaseModel):
    """Calls of one endpoint."""

    endpoint: str
    method: str
    call_count: int = Field(ge=0)
    success_count: int = Field(ge=0)
    error_count: int = Field(ge=0)
    avg_response_time_ms: float


class Metrics(BaseModel):
    """Calls in a span of time."""

    company_id: str
    period: Span
    start_date: dt.date
    end_date: dt.date
    total_api_calls: int = Field(ge=0)
    total_successful_calls: int = Field(ge=0)
    total_failed_calls: int = Field(ge=0)
    success_rate: float = Field(ge=0, le=100)
    endpoint_usage: list[EndpointUsage]
    generated_at: dt.datetime | None = None


class Summary(BaseModel):
    """This month and the last."""

    company_id: str
    current_month_calls: int
    previous_month_calls: int
    month_over_month_change: float
    most_used_endpoint: str | None
    least_used_endpoint: str | None
    peak_usage_day: dt.date | None
    peak_usage_count: int | None


class LimitsOut(BaseModel):
    """How much may be asked for; null: as much as is wanted."""

    company_id: str = Field(json_schema_extra=OURS)
    endpoint: str
    per_minute: int | None
    per_hour: int | None
    per_day: int | None
    per_month: int | None


@usage_group.get("/metrics", response_model=Metrics)
def metrics(
    request: Request,
    here: Here,
    caller: Client,
    period: Span = "monthly",
    start_date: Day | None = None,
    end_date: Day | None = None,
) -> Any:
    """Calls by endpoint, of a period that ends today or between two days."""
    last = end_date or moment(here.now).date()
    first = start_date or (last - dt.timedelta(days=_DAYS[period] - 1) if last.toordinal() > _DAYS[period] else last)
    rows = _rows(request, here, caller.client_id, first, last)
    grouped: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        sums = grouped.setdefault((row.endpoint, row.method), [0, 0, 0, 0])
        for place, value in enumerate((row.calls, row.good, row.bad, row.micros)):
            sums[place] += value
    calls, good, bad = (sum(sums[place] for sums in grouped.values()) for place in range(3))
    return {
        "company_id": caller.client_id,
        "period": period,
        "start_date": first,
        "end_date": last,
        "total_api_calls": calls,
        "total_successful_calls": good,
        "total_failed_calls": bad,
        "success_rate": round(100 * good / calls, 2) if calls else 100.0,
        "endpoint_usage": [
            {
                "endpoint": endpoint,
                "method": method,
                "call_count": sums[0],
                "success_count": sums[1],
                "error_count": sums[2],
                "avg_response_time_ms": round(sums[3] / max(sums[0], 1) / 1000, 3),
            }
            for (endpoint, method), sums in sorted(grouped.items())
        ],
        "generated_at": iso(here.now),
    }


@usage_group.get("/summary", response_model=Summary)
def summary(request: Request, here: Here, caller: Client) -> Any:
    """This month and the last, and what is used most."""
    today = moment(here.now).date()
    this_month = today.replace(day=1)
    last_month = (this_month - dt.timedelta(days=1)).replace(day=1)
    rows = _rows(request, here, caller.client_id, last_month, today)
    start = micros(dt.datetime.combine(this_month, dt.time(), dt.UTC)) // HOUR
    current = [row for row in rows if row.hour >= start]
    now, before = sum(row.calls for row in current), sum(row.calls for row in rows if row.hour < start)
    endpoints: Counter[str] = Counter()
    days: Counter[dt.date] = Counter()
    for row in current:
        endpoints[row.endpoint] += row.calls
        days[moment(row.hour * HOUR).date()] += row.calls
    ranked, peak = endpoints.most_common(), next(iter(days.most_common(1)), (None, None))
    return {
        "company_id": caller.client_id,
        "current_month_calls": now,
        "previous_month_calls": before,
        "month_over_month_change": round(100 * (now - before) / before, 2) if before else 0.0,
        "most_used_endpoint": ranked[0][0] if ranked else None,
        "least_used_endpoint": ranked[-1][0] if ranked else None,
        "peak_usage_day": peak[0],
        "peak_usage_count": peak[1],
    }


@usage_group.get("/limits", response_model=LimitsOut)
def limits(here: Here, caller: Client, endpoint: Annotated[str, Query(max_length=200)] = "") -> Any:
    """How much the client may ask for; limits are of all endpoints together."""
    return {"company_id": caller.client_id, "endpoint": endpoint, **asdict(here.settings.limits)}


def _rows(request: Request, here: Platform, client_id: str, first: dt.date, last: dt.date) -> list[Row[Any]]:
    """The counts of the days from first to last, both included."""
    request.app.state.meter.write()
    since, until = (micros(dt.datetime.combine(day, dt.time(), dt.UTC)) // HOUR for day in (first, last))
    wanted = (usage.c.client_id == client_id, usage.c.hour >= since, usage.c.hour < until + 24)
    with here.db.read() as tx:
        return list(tx.execute(select(usage).where(*wanted)).all())
