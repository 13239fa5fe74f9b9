"""Random sequences of lifecycle messages about one invoice: no crash, and what must hold of any life holds.

    python tools/france_lives.py                      # 10,000 sequences
    python tools/france_lives.py --count 300 --seed 7

A sequence mixes what is right with what is not: statuses out of order and after the end, instalments, reversals,
rejected duplicates, copies for the public portal, messages that come twice, in test mode or without a time. Exit status
0 when every invariant held of every sequence.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from einvoice.draft import Draft
from einvoice.france.lifecycle import Account, Lifecycle, Payment, Platform, ppf_copy, status
from einvoice.france.lifecycle.codes import FOLLOWS, STATUSES
from einvoice.france.lifecycle.life import PPF_DELAY
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.france.payments import owed
from einvoice.model import Invoice, Party

DRAFTS = Path(__file__).resolve().parents[1] / "fixtures" / "drafts"
PLATFORM = Platform("0123", "PLATEFORME EXEMPLE", "AAA123")
ARRIVED = datetime(2026, 11, 2, 16, 10)  # noqa: DTZ001 - messages have no zone
IBAN = "FR7630006000011234567890189"  # the example of the banking association
CODES = [code for code, kind in STATUSES.items() if kind.phase]
USUAL = ["200", "201", "202", "203", "204", "205", "211", "212", "212"]
ENDS = ("213", "210", "220")
CLOCKS = timedelta(hours=2)


def invoices() -> list[Invoice]:
    """An invoice, one of several rates, a credit note and a self-billed one; each names an agent and a payee."""
    names = ("services", "goods-several-rates", "credit-note", "self-billed")
    found = [Draft.model_validate_json((DRAFTS / f"{name}.json").read_bytes()).complete() for name in names]
    return [each.model_copy(update={"buyer_agent": _third(each), "payee": _third(each)}) for each in found]


def _third(invoice: Invoice) -> Party:
    party = invoice.buyer or Party()
    return party.model_copy(update={"name": "TIERS EXEMPLE"})


def messages(rng: random.Random, invoice: Invoice) -> list[LifecycleMessage]:
    """A sequence of messages about the invoice, in the order in which they arrive."""
    codes = USUAL[: rng.randint(0, len(USUAL))] if rng.random() < 0.6 else []
    codes += rng.choices(CODES, k=rng.randint(0, 6))
    told: list[LifecycleMessage] = []
    for step, code in enumerate(codes):
        hours = step if rng.random() < 0.8 else rng.randint(0, 12)
        made = _message(rng, invoice, code, ARRIVED + timedelta(hours=hours, seconds=rng.randint(0, 3)))
        told.append(_spoiled(rng, made))
        if STATUSES[code].ppf != "never" and rng.random() < 0.5:
            told.append(ppf_copy(made, platform=PLATFORM, number=f"{step:019d}"))
    told += rng.choices(told, k=rng.randint(0, 2)) if told else []
    rng.shuffle(told)
    return told


def _message(rng: random.Random, invoice: Invoice, code: str, at: datetime) -> LifecycleMessage:
    kind = STATUSES[code]
    reasons = rng.sample(sorted(kind.reasons), 1) if "reason" in kind.needs or rng.random() < 0.1 else []
    if code == "213" and rng.random() < 0.3:
        reasons = ["DOUBLON"]
    amount = Decimal(rng.randint(-100000, 300000)) / 100
    return status(
        invoice,
        code,
        at=at,
        received_at=ARRIVED,
        by=rng.choice(kind.set_by),
        reasons=reasons,
        comment="Commentaire.",
        payment=Payment(amount, discount=Decimal("10.00") if rng.random() < 0.1 else None)
        if code in ("211", "212")
        else None,
        account=Account(IBAN) if code == "227" else None,
    )


def _spoiled(rng: random.Random, message: LifecycleMessage) -> LifecycleMessage:
    """Now and then a message that says too little, or nothing."""
    chance = rng.random()
    if chance < 0.03:
        return message.model_copy(update={"set_at": None})
    if chance < 0.06:
        return message.model_copy(update={"test": True})
    if chance < 0.08 and message.subject is not None:
        return message.model_copy(update={"subject": message.subject.model_copy(update={"status_code": "999"})})
    return message


def life_of(invoice: Invoice | None, told: list[LifecycleMessage]) -> Lifecycle:
    """The life that the messages tell, one by one."""
    life = Lifecycle(invoice)
    for message in told:
        life = life.with_message(message)
    return life


def broken(rng: random.Random, invoice: Invoice, told: list[LifecycleMessage]) -> Iterator[str]:
    """The invariants that the life of these messages breaks; nothing if all hold."""
    life = life_of(invoice, told)
    again = told * 2
    rng.shuffle(again)
    yield from _unless(
        "the order of arrival and duplicates do not matter", _all_of(life_of(invoice, again)) == _all_of(life)
    )
    events = [event for event in life.events if event.counts]
    yield from _unless(
        "events stand in the order of time, as far as clocks tell it",
        _is_sorted([event.timestamp for event in life.events]),
    )
    ends = [event.status_code for event in events if event.status_code in ENDS]
    parties = [event.status_code for event in events if STATUSES[event.status_code].phase == "processing"]
    expected = (ends or parties or [life.transmission])[-1]
    yield from _unless("the state is the end, or what parties said, or how far it went", life.state == expected)
    yield from _unless("an ended life is in the state of its end", life.ended == (life.state in ENDS))
    received = sum((part.amount for event in events for part in event.received), Decimal(0))
    yield from _unless("received is the sum of the events", sum(life.received.values(), Decimal(0)) == received)
    discounts = sum((event.discount for event in events), Decimal(0))
    balance = owed(invoice) - received - discounts
    due = balance if balance * owed(invoice) >= 0 else Decimal(0)
    yield from _unless("due is what is owed less that, and never less than nothing", life.due == due)
    yield from _unless("an ended life has nothing next", life.ended == (not life.next))
    followers = {code for following in FOLLOWS.values() for code in following}
    yield from _unless("what comes next is a status", {each.code for each in life.next} <= followers)
    yield from _after_the_end(life)
    yield from _duties(life)


def _after_the_end(life: Lifecycle) -> Iterator[str]:
    said = Counter((found.rule, found.found) for found in life.findings)
    ended = False
    for event in life.events:
        if ended and event.counts:
            key = ("EI-LIFE-02", event.status_code)
            yield from _unless("nothing after the end is unreported", said[key] > 0)
            said[key] -= 1
        ended = ended or (event.counts and event.status_code in ENDS)
    errors = [found for found in life.findings if found.severity == "error"]
    yield from _unless("without an end there is no error", bool(not errors or life.ended))


def _duties(life: Lifecycle) -> Iterator[str]:
    for duty in life.duties:
        event = duty.event
        yield from _unless("a duty is due in a day", duty.deadline == event.timestamp + PPF_DELAY)
        yield from _unless(
            "only mandatory statuses are duties", STATUSES[event.status_code].ppf != "never" and event.counts
        )
        yield from _unless("flux 1 goes with the deposit", duty.content == "status" or event.status_code == "200")
    mandatory = [event for event in life.events if event.is_mandatory]
    told = [duty.event for duty in life.duties if duty.content == "status"]
    yield from _unless("every mandatory event is a duty", told == mandatory)


def _unless(name: str, holds: bool) -> Iterator[str]:  # noqa: FBT001 - what is asked
    if not holds:
        yield name


def _is_sorted(values: list[datetime]) -> bool:
    """In order, but for the two hours by which clocks differ."""
    return all(later >= earlier - CLOCKS for earlier, later in pairwise(values))


def _all_of(life: Lifecycle) -> tuple[object, ...]:
    return life.events, life.findings, life.duties, life.due, life.next, life.transmission, life.processing


def main() -> int:
    """Try many sequences and say what broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - the same sequences each time
    samples = invoices()
    failures: Counter[str] = Counter()
    statuses = findings = 0
    started = time.perf_counter()
    for _ in range(options.count):
        invoice = rng.choice(samples)
        told = messages(rng, invoice)
        failures.update(broken(rng, invoice, told))
        life = life_of(invoice, told)
        statuses += len(life.events)
        findings += len(life.findings)
    took = time.perf_counter() - started
    broke = sum(failures.values())
    print(f"{options.count} sequences, {statuses} events, {findings} findings, {took:.0f} s: {broke} broken")
    for name, count in failures.most_common():
        print(f"  {count:6}  {name}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
