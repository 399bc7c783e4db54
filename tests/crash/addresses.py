"""Every address of the application, made from its routes. A route with a part that nobody gave a value for fails."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule


def list_addresses(app: Flask, method: str, known: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of all routes that take this method; parts are named by endpoint and name, or by name alone."""
    adapter = app.url_map.bind("127.0.0.1")
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if method in (rule.methods or ()) and rule.endpoint != "static":
            yield adapter.build(rule.endpoint, _parts(rule, known), method=method)


def _parts(rule: Rule, known: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name in rule.arguments:
        key = f"{rule.endpoint}.{name}" if f"{rule.endpoint}.{name}" in known else name
        assert key in known, f"{rule.rule}: say in this test which {name} to ask for"
        found[name] = known[key]
    return found
