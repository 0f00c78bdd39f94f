"""`fastapi-lint` and `python -m fastapi_lint`."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from fastapi_lint import cli


def main() -> NoReturn:
    """Run the command line and end the process.

    Taking a large analysis apart object by object takes as long as a tenth of the run; the operating system frees it at once.
    For the same reason nothing is ever collected.
    """
    gc.disable()
    code = cli.main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 2
    os._exit(code)


if __name__ == "__main__":
    main()
