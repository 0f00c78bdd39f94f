"""The methods of loggers: those of the standard library's, and `trace` of loguru's.

Source: documentation of `logging.Logger` and `loguru.logger`.
"""

from __future__ import annotations

LOG_METHODS = frozenset(
    {"trace", "debug", "info", "warning", "warn", "error", "exception", "critical", "log"}
)
