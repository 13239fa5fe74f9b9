"""The life cycle of an invoice: statuses told between platforms, companies and the public portal (flux 6, CDAR)."""
