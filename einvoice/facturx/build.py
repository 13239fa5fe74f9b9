"""A Factur-X made of an invoice: reduced to its profile, written as CII, put into its PDF.

    made = make_facturx(invoice, profile="en16931")
    made.pdf                                # a PDF/A-3 with factur-x.xml inside
    [loss.field for loss in made.losses]    # what the profile cannot hold

    make_facturx(invoice, profile="basic", pdf=our_own_layout)

Without a PDF, a readable view is made that shows the whole invoice, also what the profile leaves out: nothing is lost
to the eye. A PDF that is given keeps its appearance, and is made a PDF/A-3 where that can be done; else it is refused,
for many programs call a document Factur-X that no archive would take.

Sources: Factur-X 1.0 §5 (profiles), §6 (the PDF); ISO 19005-3:2012.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from einvoice import cii
from einvoice.conversion.fitting import at_original, fit
from einvoice.conversion.losses import LEFT_OUT, account
from einvoice.data import Language
from einvoice.errors import Unwritable
from einvoice.facturx.demands import lacking
from einvoice.facturx.embed import embed
from einvoice.facturx.observed import archival
from einvoice.model import Invoice, SupportingDocument
from einvoice.pdfa import Irreparable, Locked, NotArchival, convert_to_pdfa3
from einvoice.profiles import Profile, facturx_profile, nearest_in_pdf, profile_of
from einvoice.rulebook import Observation
from einvoice.view import render_pdf


@dataclass(frozen=True, slots=True)
class Hybrid:
    """A Factur-X, and what happened on the way to it."""

    pdf: bytes
    xml: bytes
    losses: tuple[Observation, ...]  # what the XML does not say although the invoice did
    repaired: tuple[Observation, ...]  # what was changed in a given PDF to make it a PDF/A-3


def profile_for(invoice: Invoice, name: str | None) -> Profile:
    """The profile of that name; without one, the invoice's own, or the nearest that a PDF may hold.

    Raises `ValueError` for a name that is no profile of Factur-X.
    """
    if name is not None:
        return facturx_profile(name)
    return nearest_in_pdf(profile_of(invoice.specification_identifier))


def make_facturx(  # noqa: PLR0913 - each is a choice of the user, given by name
    invoice: Invoice,
    *,
    profile: str | None = None,
    pdf: bytes | None = None,
    language: Language = "fr",
    date: dt.datetime | dt.date | None = None,
    strict: bool = False,
) -> Hybrid:
    """The invoice as Factur-X, made at `date` (the day of issue unless given): the same arguments give the same bytes.

    `language` is that of the view; `strict` refuses to lose a value. Raises `Unwritable`, with
    findings, where the profile demands what the invoice lacks, or the PDF cannot be made a PDF/A-3; `Unreadable` for a
    PDF that cannot be opened safely; `MissingExtra` where a view is wanted and Typst is not installed; `ValueError` for
    a name that is no profile.
    """
    chosen = profile_for(invoice, profile)
    xml, lost = facturx_xml(invoice, chosen)
    if strict and (refused := tuple(each for each in lost if each.rule in LEFT_OUT)):
        raise Unwritable("EI-NO-WRITE-01", {"target": f"Factur-X {chosen.level}"}, refused)
    moment = _moment(date or invoice.issue_date or dt.date(1970, 1, 1))
    parts = _Parts(xml, chosen.name, moment, tuple(invoice.supporting_documents))
    if pdf is None:
        shown = invoice.model_copy(update={"specification_identifier": chosen.identifier})
        view = render_pdf(shown, language=language, date=moment)
        return Hybrid(parts.put_into(view, preflighted=True), xml, lost, ())
    result, repaired = _filled(pdf, parts)
    return Hybrid(result, xml, lost, repaired)


def facturx_xml(invoice: Invoice, chosen: Profile) -> tuple[bytes, tuple[Observation, ...]]:
    """The CII of the invoice in that profile, and what it does not say. Raises `Unwritable`, with findings."""
    fitted = fit(invoice.model_copy(update={"specification_identifier": chosen.identifier}), "facturx")
    if missing := at_original(lacking(fitted.invoice, chosen.name), fitted):
        fields = ", ".join(each.field or "?" for each in missing)
        raise Unwritable("EI-NO-WRITE-03", {"target": fitted.target, "fields": fields}, missing)
    xml = cii.write(fitted.invoice)
    return xml, account(invoice, fitted, xml)


def _moment(date: dt.datetime | dt.date) -> dt.datetime:
    moment = date if isinstance(date, dt.datetime) else dt.datetime.combine(date, dt.time())
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is put into a PDF."""

    xml: bytes
    profile: str
    date: dt.datetime
    attachments: tuple[SupportingDocument, ...]

    def put_into(self, pdf: bytes, *, preflighted: bool) -> bytes:
        """The PDF with all this inside. Raises `NotArchival`, unless it was looked at before."""
        return embed(
            pdf,
            self.xml,
            profile=self.profile,
            date=self.date,
            attachments=self.attachments,
            preflighted=preflighted,
        )


def _filled(pdf: bytes, parts: _Parts) -> tuple[bytes, tuple[Observation, ...]]:
    """A given PDF with the invoice in it, and what was repaired to make it a PDF/A-3; one that is one opens once."""
    try:
        return parts.put_into(pdf, preflighted=False), ()
    except (NotArchival, Locked):
        try:
            converted = convert_to_pdfa3(pdf, date=parts.date)
        except Irreparable as error:
            raise error.with_observations(archival(error.broken)) from error
    return parts.put_into(converted.pdf, preflighted=True), archival(converted.repaired)
