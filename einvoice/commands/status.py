"""`einvoice status`: tell the other party that an invoice was approved, refused, paid, …"""

from __future__ import annotations

import argparse
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import reduce

from einvoice.api import parse, validate
from einvoice.commands.inputs import read_document
from einvoice.commands.language import labelled, said, spoken
from einvoice.commands.output import VALID, common_arguments, say, say_finding, write
from einvoice.commands.types import amount, day, moment
from einvoice.data import Language
from einvoice.errors import Unrecognised, Unwritable
from einvoice.france.lifecycle.builder import Platform, ppf_copy, status
from einvoice.france.lifecycle.cdar import write as cdar
from einvoice.france.lifecycle.codes import ACTIONS, STATUSES
from einvoice.france.lifecycle.life import overpaid
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.france.lifecycle.request import Account, Approval, Correction, Payment
from einvoice.france.payments import owed
from einvoice.model import Invoice
from einvoice.rulebook import finding
from einvoice.terms import term

_APPROVING = ("205", "206", "211")  # statuses that take an invoice as it is, or pay it
_EXAMPLES = """  einvoice status F1.xml 205 --received-at 2026-11-02T16:10 -o approved.xml
  einvoice status F1.xml 210 --received-at 2026-11-02T16:10 --reason TX_TVA_ERR --comment "Le taux est de 10 %."
  einvoice status F1.xml 212 --received-at 2026-11-02T15:10 --amount 700 --paid-before 500
  einvoice status F1.xml 212 --received-at 2026-11-02T15:10 --amount 1200 --ppf 0123:AAA123:0000000000000000001
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    examples, codes = said("examples"), said("codes, who sets them and what they want")
    parser.epilog = f"{labelled(examples, '').rstrip()}\n{_EXAMPLES}\n{labelled(codes, '').rstrip()}\n{_table()}"
    add = parser.add_argument
    add("document", metavar="DOC", help="the invoice: UBL, CII or Factur-X; - for standard input")
    add("code", metavar="CODE", help="the status code, such as 205; the list is below")
    add("--received-at", type=moment, required=True, metavar="TIME", help="when our platform received the invoice")
    add("--at", type=moment, metavar="TIME", help="when the status was set, French time (default: now)")
    add("--by", metavar="ROLE", help="who sets it, where several may")
    add("--reason", action="append", default=[], metavar="CODE", help="why; may be repeated")
    add("--comment", metavar="TEXT", help="why, in words")
    add("--action", choices=ACTIONS, help="what is asked for: NIN a corrective invoice, CNF a full credit note, …")
    add(
        "--amount",
        type=amount,
        metavar="AMOUNT",
        help="with 211 or 212: what was paid, VAT included; negative if it went back",
    )
    add("--paid-before", type=amount, default=Decimal("0.00"), metavar="AMOUNT", help="what was settled before")
    add("--discount", type=amount, metavar="AMOUNT", help="early-payment discount taken, VAT included")
    add("--paid-on", type=day, metavar="DAY", help="with 211: when it was paid")
    add("--approved", type=amount, metavar="AMOUNT", help="with 206: what is approved, VAT included")
    add("--account", metavar="IBAN", help="with 227: where to pay from now on")
    add("--wrong", action="append", default=[], metavar="TERM:FOUND:EXPECTED", help="a wrong field: BT-152:20:10")
    add("--ppf", type=_portal, metavar="MATRICULE:APPLICATION:NUMBER", help="make the copy for the public portal")
    add("--platform-name", default="", metavar="NAME", help="with --ppf: the name of our platform")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the message."""
    try:
        message = _message(options)
    except Unwritable as error:
        raise error.in_language(options.lang) from error
    write(options, cdar(message))
    return VALID


def _say_meant(given: str) -> None:
    """Say the code of a status that is given by its name."""
    for code, each in STATUSES.items():
        if given.casefold() in {each.name_fr.casefold(), each.name_en.casefold()}:
            say(given + said("; did you mean {near}?", near=code))


def _message(options: argparse.Namespace) -> LifecycleMessage:
    data = read_document(options.document)
    invoice = parse(data)
    if not isinstance(invoice, Invoice):
        raise Unrecognised("EI-NO-INPUT-06")
    if options.code not in STATUSES:
        _say_meant(options.code)
    if options.code in _APPROVING and validate(data).verdict == "invalid":
        say(said("this invoice is not valid: `einvoice validate` says why"))
    now = datetime.now()  # noqa: DTZ005 - the clock on the wall
    message = status(
        invoice,
        options.code,
        at=options.at or now,
        received_at=options.received_at,
        by=options.by,
        reasons=options.reason,
        action=options.action,
        comment=options.comment,
        payment=_payment(options),
        approval=None if options.approved is None else Approval(options.approved),
        account=None if options.account is None else Account(options.account),
        corrections=[_correction(text) for text in options.wrong],
    )
    _doubt(invoice, _payment(options), options.lang)
    if options.ppf is None:
        return message
    matricule, application, number = options.ppf
    return ppf_copy(message, platform=Platform(matricule, options.platform_name, application), number=number)


def _doubt(invoice: Invoice, payment: Payment | None, language: Language) -> None:
    """Say where more was paid than is owed: a status may tell it, but it is more often a slip of the pen."""
    if payment is None:
        return
    due, settled = owed(invoice), payment.amount + payment.before + (payment.discount or 0)
    if due and (due - settled) * due < 0:
        say_finding(finding(overpaid(settled, due, invoice.currency_code), language))


def _payment(options: argparse.Namespace) -> Payment | None:
    if options.amount is None:
        return None
    return Payment(options.amount, options.paid_before, options.discount, options.paid_on)


def _correction(text: str) -> Correction:
    """`BT-152:20:10`, its values of the term's data type where they can be."""
    number, _, rest = text.partition(":")
    found, _, expected = rest.partition(":")
    try:
        about = term(number).data_type
    except KeyError:
        about = ""
    return Correction(number, _value(found, about), _value(expected, about))


def _value(text: str, data_type: str) -> Decimal | date | str:
    try:
        if data_type == "Date":
            return date.fromisoformat(text)
        if data_type in ("Amount", "Unit price amount", "Quantity", "Percentage", "Rate"):
            return Decimal(text)
    except (ValueError, InvalidOperation):
        return text
    return text


def _portal(text: str) -> tuple[str, str, str]:
    matricule, _, rest = text.partition(":")
    application, _, number = rest.partition(":")
    try:
        Platform(matricule, "", application)
    except ValueError:
        form = said("{given!r} is not a platform; expected 4 digits and an application identifier, such as 0123:AAA123")
        raise argparse.ArgumentTypeError(form.format(given=f"{matricule}:{application}")) from None
    if len(number) != 19 or not (number.isascii() and number.isalnum() and number == number.upper()):
        raise argparse.ArgumentTypeError(
            said("{given!r} is not a message number; expected 19 digits or capital letters", given=number)
        )
    return matricule, application, number


def _and(first: str, rest: str) -> str:
    return said("{first}; {rest}", first=first, rest=rest)


def _table() -> str:
    """The statuses that may be told, one a line."""
    rows = []
    for code, kind in STATUSES.items():
        if kind.phase:
            name = kind.name_fr if spoken() == "fr" else kind.name_en
            told = [labelled(name, said(" or ").join(kind.set_by))]
            if kind.needs:
                told.append(labelled(said("wants"), ", ".join(map(said, sorted(kind.needs)))))
            if kind.ppf != "never":
                told.append("PPF" if kind.ppf == "always" else said("PPF if VAT is due on payment"))
            rows.append(f"  {code}  {reduce(_and, told)}\n")
    return "".join(rows)
