"""Languages: marking texts, choosing a locale, and the catalogues.

`marking` is standard library only, so that rules may speak without knowing any language: they return
marked texts, and whoever shows them translates.
"""
