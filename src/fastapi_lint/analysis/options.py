"""What the configuration tells the analysis."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """Names that block, names that hand work over, and whether start-up code is reported, too."""

    blocking: tuple[str, ...] = ()
    offload: tuple[str, ...] = ()
    startup: bool = False
