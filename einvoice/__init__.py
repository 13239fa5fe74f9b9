"""French and European electronic invoices: build, judge and read UBL, CII and Factur-X, offline."""

__version__ = "0.1.0"
