"""`einvoice mcp`: einvoice for programs that speak the Model Context Protocol, over standard input and output.

Tools: validate, explain, build, convert. A document is given as its text, or as base64 where it is a PDF; what is made
comes back in the same way. No file and no network is used.

Source: Model Context Protocol, https://modelcontextprotocol.io (tools, stdio).
"""

from __future__ import annotations

import argparse
import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from einvoice import __version__, api, making, meanings
from einvoice.commands.output import VALID, language_argument
from einvoice.document import Document as Source
from einvoice.draft import Draft
from einvoice.errors import EInvoiceError, MissingExtra
from einvoice.rulebook import text
from einvoice.validation.policy import Policy

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

DOCUMENT = "an invoice, lifecycle message, e-report or draft: XML or JSON as text, a PDF as base64"
_PDF = "JVBERi"  # how a PDF begins in base64

Language = Annotated[Literal["fr", "en"], Field(description="language of the messages")]
Document = Annotated[str, Field(description=DOCUMENT)]
Target = Annotated[Literal["ubl", "cii", "facturx"], Field(description="format of the result")]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    language_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    server(options.lang).run("stdio")
    return VALID


def server(language: Literal["fr", "en"] = "fr") -> MCPServer:
    """The server; its tools answer in the language where none is asked for. Raises `MissingExtra` without the extra."""
    try:
        from mcp.server.mcpserver import MCPServer  # noqa: PLC0415 - an optional extra
        from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - as above
    except ImportError as error:
        raise MissingExtra("mcp") from error
    served = MCPServer("einvoice", version=__version__, instructions=__doc__, log_level="CRITICAL")

    def told(error: EInvoiceError) -> ToolError:
        return ToolError(text(error.sentence(), language))

    @served.tool()
    def validate(
        document: Document,
        direction: Annotated[
            Literal["sending", "receiving"], Field(description="our side of the exchange")
        ] = "sending",
        lang: Language = language,
    ) -> dict[str, Any]:
        """Validate by the official rules: XML schema, EN 16931, the profile's rules, French rules."""
        report = api.validate(_data(document), policy=Policy(direction=direction), language=lang)
        return report.model_dump(mode="json", exclude_none=True)

    @served.tool()
    def explain(
        name: Annotated[str, Field(description="a rule (BR-CO-10), a business term (BT-106) or a code (VATEX-EU-AE)")],
        lang: Language = language,
    ) -> dict[str, Any]:
        """What a rule, a business term or a code means."""
        try:
            found = meanings.explain(name)
        except EInvoiceError as error:
            raise told(error) from error
        means, hint = (found.fr, found.hint_fr) if lang == "fr" else (found.en, found.hint_en)
        codes = {each.code: each.fr if lang == "fr" else each.en for each in found.codes}
        return {
            "id": found.id,
            "means": means,
            "hint": hint,
            "terms": found.terms,
            "source": found.source,
            "codes": codes,
        }

    @served.tool()
    def build(
        draft: Annotated[str, Field(description="a draft in JSON; `einvoice new` has examples")],
        to: Target = "ubl",
        lang: Language = language,
    ) -> dict[str, Any]:
        """Make an invoice from a draft; what it cannot hold, and the verdict at the fields of the draft."""
        try:
            source = Source.of(Draft.model_validate_json(draft))
            made = making.build_with_losses(source, making.Wanted(to, language=lang), check=True)
        except EInvoiceError as error:
            raise told(error) from error
        report = made.report.model_dump(mode="json", exclude_none=True) if made.report else None
        return {"document": _text(made.data), "losses": _losses(made), "report": report}

    @served.tool()
    def convert(document: Document, to: Target, lang: Language = language) -> dict[str, Any]:
        """Say the same invoice in another syntax; what is lost on the way, and the verdict on the result."""
        try:
            converted = making.convert(_data(document), to, language=lang)
        except EInvoiceError as error:
            raise told(error) from error
        verdict = converted.report.verdict if converted.report else None
        return {"document": _text(converted.data), "losses": _losses(converted), "verdict": verdict}

    return served


def _data(document: str) -> bytes:
    """The bytes of a document that came as text, or as base64."""
    if document.lstrip().startswith(_PDF):
        try:
            return base64.b64decode("".join(document.split()), validate=True)
        except binascii.Error:
            pass  # validated as text, it is said what it is
    return document.encode()


def _losses(made: making.Converted) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json", exclude_none=True) for each in made.losses]


def _text(made: bytes) -> str:
    return base64.b64encode(made).decode() if made.startswith(b"%PDF-") else made.decode()
