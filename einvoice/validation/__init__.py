"""Validate a document by the official rules: XML schema, profile rules, French rules, under a policy.

| module | what |
|---|---|
| `policy` | what the user chooses, and how severe a failed rule is on which day |
| `profiles` | which schema and which rule sets a document is validated by |
| `xsd` | the XML schema, in words that a person understands |
| `engines` | a rule set that is ready to run: compiled, in Saxon, or both |
| `wording` | what a rule means, in French and English |
| `findings` | from what an engine says to what a person reads |
| `overlay` | known defects of published rules |
| `chain` | all of it, in order: `validate` |
"""
