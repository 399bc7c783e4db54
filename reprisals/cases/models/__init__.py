"""The tables of a case file, each with the document that is sealed in it and the facets that stand in the clear.

docs/design.md, section 4, says why each facet is one. A facet exists only because a table, a filter or a clock uses it.
"""
