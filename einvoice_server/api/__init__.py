"""The seed's API, under `/api`: one module for each group of its documentation.

What the documentation leaves open is chosen here and marked in the OpenAPI: `x-origin: ours`.
"""
