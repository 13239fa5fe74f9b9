"""A rule set that cannot be understood is refused as a whole: no rule is ever skipped in silence.

A verdict that left out a rule it did not understand would call wrong invoices valid. So an importer or the compiler
that meets something it does not know raises `RuleError`, which names the file, the line and the construct:

    house-rules.sch, line 12: queryBinding 'xslt' is not supported, only xslt2: <schema queryBinding="xslt">
"""

from __future__ import annotations

from einvoice.errors import EInvoiceError


class RuleError(EInvoiceError):
    """A rule file holds something that einvoice does not understand."""

    def __init__(
        self, source: str, line: int | None, construct: str, message: str, because: EInvoiceError | None = None
    ) -> None:
        where = source if line is None else f"{source}, line {line}"
        shown = " ".join(construct.split())
        super().__init__(f"{where}: {message}: {shown[:200]}")
        self.source = source
        self.line = line
        self.construct = construct
        self.message = message
        self.because = because  # why the file cannot be read, in every language

    def __reduce__(self) -> tuple[type[RuleError], tuple[str, int | None, str, str, EInvoiceError | None]]:
        return type(self), (self.source, self.line, self.construct, self.message, self.because)


class EngineFailure(EInvoiceError):
    """An engine could not run a rule set: the verdict is "not run", with this reason, and never "valid"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __reduce__(self) -> tuple[type[EngineFailure], tuple[str]]:
        return type(self), (self.reason,)
