"""Names that other programs give to the same terms, so that a payload written for them is a draft.

    {"seller": {"tax_registrations": [{"scheme_id": "VA", "value": "FR88100000009"}]}}
    {"seller": {"vat_identifier": "FR88100000009"}}

* `tax_registrations` of a party is a list of tax numbers with their scheme (VA or VAT for the VAT number BT-31, else
  the tax registration BT-32), as the JSON of French platforms has it.
* `$comment` and `$schema` are for whoever reads the JSON, and say nothing of the invoice.
* `value_added_tax_point_date` is the full name that EN 16931-1 gives to BT-7.

A rename never hides a contradiction: where both names are given, the other name stays unknown and is refused as such.
"""

from __future__ import annotations

from typing import Any

_PARTIES = ("seller", "buyer", "payee", "seller_tax_representative")
_VAT_SCHEMES = {"VA", "VAT"}


def renamed(data: Any) -> Any:
    """The draft's data with the names of the model; data of another kind is returned as it is."""
    if not isinstance(data, dict):
        return data
    data = {name: value for name, value in data.items() if name not in ("$comment", "$schema")}
    if "value_added_tax_point_date" in data and "tax_point_date" not in data:
        data["tax_point_date"] = data.pop("value_added_tax_point_date")
    for name in _PARTIES:
        if isinstance(data.get(name), dict) and "tax_registrations" in data[name]:
            data[name] = _registered(data[name])
    return data


def _registered(party: dict[str, Any]) -> dict[str, Any]:
    registrations = party["tax_registrations"]
    if not isinstance(registrations, list):
        return party
    found: dict[str, Any] = {}
    for registration in registrations:
        if not isinstance(registration, dict) or set(registration) - {"scheme_id", "value"}:
            return party
        field = "vat_identifier" if registration.get("scheme_id") in _VAT_SCHEMES else "tax_registration_identifier"
        if field in found or field in party:
            return party
        found[field] = registration.get("value")
    return {name: value for name, value in party.items() if name != "tax_registrations"} | found
