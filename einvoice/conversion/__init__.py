"""From an invoice to another form of it, and the account of what changes on the way.

| module | what |
|---|---|
| `implied` | values that the invoice implies and the target demands: filled |
| `fitting` | what the rules of the target refuse: put otherwise, or left out |
| `references` | what only EXTENDED says of a document that is referred to |
| `files` | of which type an attached file is |
| `reduction` | an invoice with nothing but the terms of a profile, and what was left out |
| `losses` | what a syntax or a profile has no place for |

A syntax's losses are found by writing and reading back, not by a second table: what does not come back is lost. Here
only observations are made; who asks for a conversion puts them into words.
"""
