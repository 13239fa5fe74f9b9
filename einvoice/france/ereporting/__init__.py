"""E-reporting: what a company tells the tax office of trade outside e-invoicing, and of payments (flux 10)."""
