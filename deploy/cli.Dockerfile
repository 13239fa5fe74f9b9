# The command line in a container, for build servers and machines without Python:
#
#   docker build -f deploy/cli.Dockerfile -t einvoice .
#   docker run --rm --network none -v "$PWD:/work" einvoice validate invoices/
FROM python:3.13-slim-bookworm

WORKDIR /app
COPY pyproject.toml setup.py README.md LICENSE ./
COPY einvoice einvoice
COPY schematron schematron
COPY fixtures/drafts fixtures/drafts
COPY einvoice_server einvoice_server
# hadolint ignore=DL3013
RUN pip install --no-cache-dir ".[pdf,pdfium,tables]" \
    && useradd --create-home --uid 10001 einvoice \
    && install -d -o einvoice /work /var/cache/einvoice

USER 10001
# Whoever runs it (--user "$(id -u)"): the rules are there, compiled when the image was built.
ENV EINVOICE_CACHE=/var/cache/einvoice
RUN python -P -m einvoice artefacts warm

WORKDIR /work
ENTRYPOINT ["python", "-P", "-m", "einvoice"]
CMD ["--help"]
