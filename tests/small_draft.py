"""A draft of services between two French companies, as small as it can be: completed, it is valid."""

DRAFT = {
    "number": "F2026-0001",
    "issue_date": "2026-11-02",
    "due_date": "2026-12-02",
    "nature": "services",
    "seller": {"name": "V", "vat_identifier": "FR88100000009", "postal_address": {"country_code": "FR"}},
    "buyer": {"name": "A", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}},
    "lines": [{"item_name": "Conseil", "quantity": "2", "item_net_price": "50.00", "vat_rate": "20"}],
}
