"""What an older revision's Python checks find: the other end of `own_rules_parity.py --old`.

Runs with the older revision on its path. Reads documents, one a line in base64; writes what was found, one JSON list a
line: rule, severity, term and field of each finding.
"""

from __future__ import annotations

import base64
import json
import sys

from einvoice.france.lifecycle import cdar, check
from einvoice.xml import parse_xml

for line in sys.stdin:
    message = cdar.read(parse_xml(base64.b64decode(line)))
    found = [(each.rule, each.severity, each.term or "", each.field or "") for each in check(message)]
    print(json.dumps(found), flush=True)
