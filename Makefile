# Every target needs only Python (3.11 or later), make and a package index; each makes its own .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo test oldest pinned pythons pin audit check format docs schemas bench bench-check benches parity own-parity item-rules units drafts client schemathesis kills fuzz hostile large million roundtrip unmapped verdicts sweep preflight france verapdf first-findings clean

help:                      ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

$(VENV)/core: pyproject.toml
	@echo "== installing einvoice into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev: pyproject.toml
	@echo "== installing einvoice and what its tests need into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/core

$(VENV)/bench: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps 'pycheval>=0.3.3'  # asks for an older pypdf
	@touch $@

demo: $(VENV)/core         ## validate a valid and a broken invoice, build UBL and CII from a JSON draft
	@$(BIN)/python tools/demo.py

test: $(VENV)/dev          ## the tests
	@echo "== pytest, on all cores"
	$(BIN)/python -m pytest -n auto

oldest: $(VENV)/dev        ## the tests under the oldest packages that pyproject.toml allows
	$(BIN)/python tools/pins.py oldest

pinned: $(VENV)/dev        ## a sample of the tests with the packages of requirements/pinned.txt, by their hashes
	$(BIN)/python tools/pins.py pinned

$(VENV)/audit:             # apart, for they bring packages of their own
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check uv pip-audit packaging

pin: $(VENV)/audit         ## write requirements/pinned.txt anew, with the newest versions
	PATH="$(CURDIR)/$(VENV)/audit/bin:$$PATH" $(VENV)/audit/bin/python tools/dependencies.py pin

audit: $(VENV)/audit       ## known weaknesses of the pinned packages; says so where no database answers
	PATH="$(CURDIR)/$(VENV)/audit/bin:$$PATH" $(VENV)/audit/bin/python tools/dependencies.py audit

pythons: $(VENV)/dev       ## a sample of the tests under each other Python of this machine, from 3.11 on
	$(BIN)/python tools/pins.py pythons

check: $(VENV)/dev         ## everything a change must pass: style, types, generated files, examples, tests; CI runs this
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/schemas.py --check
	$(BIN)/python tools/item_rules.py --check
	$(BIN)/python -m pytest -p no:cacheprovider --doctest-modules einvoice
	$(MAKE) test
	@echo "== a sample of the tests, under the oldest packages, the pinned ones, and each other Python"
	$(BIN)/python tools/pins.py oldest --sample
	$(BIN)/python tools/pins.py pinned
	$(MAKE) pythons

format: $(VENV)/dev        ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/dev          ## the documentation, into build/docs
	$(BIN)/python -m mkdocs build --strict

schemas: $(VENV)/dev       ## write schemas/ anew from the models
	$(BIN)/python tools/schemas.py

# Saxon-HE, phive and Mustang for bench, where Maven is there to bring them.
$(VENV)/java: $(wildcard bench/java/*.xml)
	mkdir -p $@
	for peer in saxonhe phive mustang; do mvn -q -B -f bench/java/$$peer.xml \
	  org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=$(CURDIR)/$@/$$peer || true; done
	@touch $@

bench: $(VENV)/bench $(VENV)/java  ## one table beside the floor and the peers, kept as bench/RESULTS.md
	$(BIN)/python bench/table.py --write --java $(VENV)/java

first-findings: $(VENV)/dev  ## whether the first finding of each broken invoice names what is wrong; BEFORE: another checkout
	$(BIN)/python tools/first_findings.py $(if $(BEFORE),--before $(BEFORE))

bench-check: $(VENV)/bench $(VENV)/java  ## the same, compared with the table that is kept: fails where a ratio got a third worse
	$(BIN)/python bench/table.py --check --java $(VENV)/java

benches: $(VENV)/bench     ## each part by itself: rules, reading, PDF, the sandbox
	for script in $(filter-out bench/table.py,$(wildcard bench/*.py)); do echo "== $$script"; $(BIN)/python $$script; done

parity: $(VENV)/dev        ## the compiled rules against Saxon, on mutants of every document (long)
	$(BIN)/python tools/parity.py --count 20000 --jobs 2

own-parity: $(VENV)/dev    ## our own rule sets by both engines, on mutants of every document
	$(BIN)/python tools/own_rules_parity.py

item-rules: $(VENV)/dev    ## write the rule set of the items of lifecycle messages anew from its table
	$(BIN)/python tools/item_rules.py

units: $(VENV)/dev         ## the unit tests that CEN publishes, on both engines
	$(BIN)/python tools/cen_units.py

drafts: $(VENV)/dev        ## a thousand random drafts, built in each syntax and validated
	$(BIN)/python tools/random_drafts.py

client: $(VENV)/dev        ## 500 invoices and their approvals each way, by a client that is not ours
	$(BIN)/python tools/third_party_client.py

# Apart, for it brings a plugin of pytest that our tests do not want.
$(VENV)/schemathesis/bin/schemathesis: $(VENV)/dev
	$(PYTHON) -m venv $(VENV)/schemathesis
	$(VENV)/schemathesis/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5'

schemathesis: $(VENV)/schemathesis/bin/schemathesis   ## the sandbox asked whatever its OpenAPI, and that of XP Z12-013, allow
	$(BIN)/python tools/openapi_fuzz.py --program $<

kills: $(VENV)/dev         ## twenty kills of the sandbox's platforms under load, on each database
	EINVOICE_KILLS=20 $(BIN)/python -m pytest tests/server/test_kills.py --timeout 900 --durations 0

hostile: $(VENV)/dev       ## hundreds of files made to do harm, each within two seconds of processor time and 300 MB
	$(BIN)/python tools/hostile.py

fuzz: $(VENV)/dev          ## damaged documents thrown at everything that reads, for MINUTES; fails after a crash
	$(BIN)/python tools/fuzz.py --minutes $(or $(MINUTES),10)

large: $(VENV)/dev         ## invoices of 100,000 lines and attachments of 70 MB: time and memory, beside lxml's own tree
	$(BIN)/python tools/large_documents.py

million: $(VENV)/dev       ## many invoices (COUNT) by one process, two, a cluster; killed, interrupted, resumed: none is lost
	$(BIN)/python tools/million.py --count $(or $(COUNT),2000)

unmapped: $(VENV)/dev      ## which places of real invoices the model does not hold, each with the reason
	$(BIN)/python tools/unmapped.py

verdicts: $(VENV)/dev      ## the verdicts on real documents by syntax and rule set, with CEN's rules for CII and without
	$(BIN)/python tools/verdicts.py

roundtrip: $(VENV)/dev     ## every document of the corpus read, written back and converted
	$(BIN)/python tools/roundtrip.py

sweep: $(VENV)/dev         ## every valid invoice of the corpus converted to each target: valid, refused, or told
	$(BIN)/python tools/conversion_sweep.py

preflight: $(VENV)/dev     ## the pre-flight for the public portal against its own rules, in the folder RELEASE (and SCHEMAS)
	$(BIN)/python tools/preflight_parity.py --artefacts $(RELEASE) $(if $(SCHEMAS),--schemas $(SCHEMAS)) --count 1500

france: $(VENV)/dev        ## lifecycle messages, a year of e-reports and random lives, with their figures
	$(BIN)/python tools/france_messages.py corpus
	$(BIN)/python tools/france_messages.py statuses
	$(BIN)/python tools/france_year.py
	$(BIN)/python tools/france_lives.py

verapdf: $(VENV)/dev       ## every PDF that we make, checked by veraPDF and Mustang (needs Java and Maven)
	$(BIN)/python tools/facturx_verapdf.py ours --mustang

clean:                     ## remove what the other targets made
	rm -rf $(VENV) build
