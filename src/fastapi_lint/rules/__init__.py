"""The rules, one module each, found by their file names: nothing is listed by hand."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from fastapi_lint.rules.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    rules = []
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("fap"):
            rules.append(importlib.import_module(f"{__name__}.{module.name}").rule)
    return tuple(sorted(rules, key=lambda rule: rule.code))
