"""A logo: a PNG or JPEG image, told apart by its first bytes."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from einvoice.errors import Unreadable

SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Logo:
    """Image bytes and what they are."""

    data: bytes
    mime_type: str

    @classmethod
    def of(cls, data: bytes) -> Logo:
        """The logo in these bytes; `Unreadable` if they are neither PNG nor JPEG (SVG can hold scripts and links)."""
        for signature, mime_type in SIGNATURES.items():
            if data.startswith(signature):
                return cls(data, mime_type)
        raise Unreadable("EI-NO-LOGO-01", {"found": data[:8].decode("latin-1")})

    @property
    def url(self) -> str:
        """The image itself as an address, for a page that fetches nothing."""
        return f"data:{self.mime_type};base64,{base64.b64encode(self.data).decode('ascii')}"
