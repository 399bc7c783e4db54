"""The figures of DESIGN section 11 as far as they are built, measured by `make bench`.

Each figure is taken against a floor or a rival in the same run, the two by turns, on both databases where the database
matters. The sites are real ones: founded, sealed, signed and chained as the application does it; the requests go through the
whole application. Nothing is written but what `--write` appends to `RESULTS.md`.

The null cipher, which the opening of a case is measured against, lives here and nowhere else.
"""
