"""Validate a document by the official rules: XML schema, profile rules, French rules, under a policy.

| module | what |
|---|---|
| `validate` | the verdict: which steps each form of document goes through |
| `steps` | what each step does |
| `policy` | what the user chooses, and how severe a failed rule is on which day |
| `plans` | which schema and which rule sets a document is validated by |
| `xsd` | the XML schema, in words that a person understands |
| `engines`, `bounded` | a rule set that is ready to run: compiled, in Saxon, or both; in a process with bounds |
| `observed`, `operands` | from what an engine says to what we know of it, and the two figures of a finding |
| `overlay` | known defects of published rules |
| `causes`, `consequences` | a fault is named once, at its cause |
| `numbers`, `unread` | what the official rules do not look at: check digits, and what the model cannot hold |
"""
