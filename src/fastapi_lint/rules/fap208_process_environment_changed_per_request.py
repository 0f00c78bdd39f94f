"""FAP208: process-environment-changed-per-request."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_lint.analysis.shared_state.environment import EnvironmentChange, Setting
from fastapi_lint.diagnostics import Diagnostic, Severity
from fastapi_lint.rules.rule import Rule

rule = Rule(
    code="FAP208",
    name="process-environment-changed-per-request",
    summary="Request code changes an environment variable, the working directory or another setting of the whole process.",
    since="0.1.0",
    severity=Severity.WARNING,
)

_HARM = {
    Setting.VARIABLE: "a request that runs at the same time reads this one's value",
    Setting.DIRECTORY: "relative paths of every other request now mean other files",
    Setting.LOCALE: "numbers and dates of every other request change their form, and `setlocale` is not thread-safe",
    Setting.SEED: "every other request draws from the sequence that starts again here, and the numbers can be foretold",
    Setting.LOGGING: "each request adds one more, so that every line is written once for each request so far",
}
_ADVICE = {
    Setting.VARIABLE: "pass the value as an argument, or to the child process with `env=`",
    Setting.DIRECTORY: "use absolute paths, or give the child process a `cwd=`",
    Setting.LOCALE: "format with `babel`, which takes the locale as an argument",
    Setting.SEED: "use a generator of its own: `random.Random(seed)`, `numpy.random.default_rng(seed)`",
    Setting.LOGGING: "configure logging once, before the application starts",
}


@rule.on(EnvironmentChange)
def check(change: EnvironmentChange) -> Iterator[Diagnostic]:
    advice = _ADVICE[change.setting]
    yield rule.diagnostic(
        f"`{change.text}` changes {change.setting} of the whole process for one request: {_HARM[change.setting]}; {advice}",
        change.path,
        change.span,
        help=advice,
        routes=change.routes,
    )
