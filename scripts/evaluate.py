"""Measure the linter against hand labels: recall, alarms and precision, with every miss to read.

    python scripts/evaluate.py LABELS.json --sources DIR [--family F1] [--package P] [--json]

`DIR/<package>/` holds the sources of each labelled package. Two label formats are read:

- an object with `positives`, `negatives` and `exhaustive_files`. Each label has `pkg`, `file`,
  `line`, `stmt_lines`, `hash` and `uncertain`; positives also `family`, `kind`, `severity` and
  `transitive`; negatives `family_naive`, the family that a naive tool would report there;
- a list with one object per label: `repo`, `file`, `line`, `label` (TP, TN, uncertain), `family`,
  `sub`, `severity`, `chain`, `sink` and `hash`.

What counts
- `hash` is the first ten digits of the SHA-1 of the stripped line. A label whose line reads
  differently belongs to another version of the file: it is listed and left out.
- Hit: a finding of the family on the label's line or within its statement. Labels of the list
  format have no `stmt_lines` (the extent is taken from the file) and also accept a finding on the
  sink or on any hop of their chain.
- Recall is taken over certain positives, for F1 over those of high severity; the number over all
  severities stands beside it.
- Alarm: a finding of the negative's family on the negative's line.
- Precision is taken within the exhaustive ranges, where every site is labelled: a finding that no
  positive label, certain or not, explains is presumed false. Read it before you believe that.

Families and codes. F1 is FAP1xx, F2 is FAP201 to FAP208, F3 is FAP301 to FAP303, F4 is FAP401 to
FAP404. Two rules are accounted apart, because they answer another question than their family:
`F2 cache-fill` is FAP209 (off by default; a fill that the family's other rules report is a hit too,
and FAP209 is never an alarm of F2), `F4 closed` is FAP412 (made and closed once a request). The run
uses the rules that are on by default and FAP209.

Readings. `--readings FILE` (by default `readings.json` beside this script) holds what a person found when
reading unexplained findings: `pkg`, `file`, `hash` of the line, `code`, `verdict` (right, wrong, arguable)
and `why`. They change no figure of the tables; the precision with them is printed below, a finding
without a reading counted as wrong and an arguable one as well.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

GROUPS: dict[str, re.Pattern[str]] = {
    "F1": re.compile(r"FAP1\d\d"),
    "F2": re.compile(r"FAP20[1-8]"),
    "F2 cache-fill": re.compile(r"FAP209"),
    "F3": re.compile(r"FAP30[1-3]"),
    "F4": re.compile(r"FAP40[1-4]"),
    "F4 closed": re.compile(r"FAP412"),
}
HITS = {**GROUPS, "F2 cache-fill": re.compile(r"FAP20\d")}
SEVERITIES = {"med": "medium"}
WHOLE_STATEMENT = 0


class Place(NamedTuple):
    """Lines `first` to `last` of one file; `WHOLE_STATEMENT` as last: the statement at `first`."""

    file: str
    first: int
    last: int


class Label(NamedTuple):
    """One labelled line. `places` are where a finding counts as a hit."""

    package: str
    file: str
    line: int
    group: str
    kind: str
    severity: str
    transitive: bool
    uncertain: bool
    why: str
    hash: str
    places: tuple[Place, ...]


class Range(NamedTuple):
    """Lines of a file in which every site is labelled."""

    package: str
    file: str
    first: int
    last: int


class Labels(NamedTuple):
    positives: list[Label]
    negatives: list[Label]
    exhaustive: list[Range]

    @property
    def packages(self) -> list[str]:
        return sorted({label.package for label in [*self.positives, *self.negatives]})

    def only(self, family: str | None, packages: Sequence[str]) -> Labels:
        """The labels of one family (None: all) and of some packages (none named: all)."""

        def wanted(label: Label) -> bool:
            return (not family or label.group.split()[0] == family) and (
                not packages or label.package in packages
            )

        return Labels(
            [label for label in self.positives if wanted(label)],
            [label for label in self.negatives if wanted(label)],
            [place for place in self.exhaustive if not packages or place.package in packages],
        )


class Finding(NamedTuple):
    """One finding of the linter; `file` is relative to the package's folder."""

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.code} {self.message}"


class Reading(NamedTuple):
    """What a person found about a finding that no label explains."""

    verdict: str
    why: str


Readings = Mapping[tuple[str, str, str, str], Reading]
"""By package, file, hash of the line, and code."""

VERDICTS = ("right", "wrong", "arguable")


class Evaluation(NamedTuple):
    """`outcomes` pairs each certain positive with whether it was hit; `explained` is (package, group)
    of each finding in an exhaustive range that a label explains."""

    outcomes: list[tuple[Label, bool]]
    negatives: list[Label]
    alarms: list[tuple[Label, Finding]]
    explained: list[tuple[str, str]]
    unexplained: list[tuple[str, str, Finding]]
    left_out: list[str]


# --- labels ---------------------------------------------------------------------------------


def load_labels(path: Path) -> Labels:
    """The labels of a file, in either format."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return _from_list(data) if isinstance(data, list) else _from_object(data)


def load_readings(path: Path) -> Readings:
    """The readings of a file; one with another verdict than `VERDICTS` is an error."""
    readings: dict[tuple[str, str, str, str], Reading] = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        if row["verdict"] not in VERDICTS:
            raise ValueError(f"{path}: {row['verdict']!r} is none of {', '.join(VERDICTS)}")
        readings[row["pkg"], row["file"], row["hash"], row["code"]] = Reading(row["verdict"], row["why"])
    return readings


def _group(family: str, kind: str, why: str) -> str:
    if family == "F2" and kind == "cache-fill":
        return "F2 cache-fill"
    if family == "F4" and kind == "per-request" and "(closed" in why:
        return "F4 closed"
    return family


def _from_object(data: Mapping[str, Any]) -> Labels:
    def label(row: Mapping[str, Any], family: str) -> Label:
        first, last = row.get("stmt_lines") or (row["line"], row["line"])
        return Label(
            package=row["pkg"],
            file=row["file"],
            line=row["line"],
            group=_group(family, row.get("kind", ""), row["why"]),
            kind=row.get("kind", ""),
            severity=row.get("severity", ""),
            transitive=bool(row.get("transitive")),
            uncertain=bool(row["uncertain"]),
            why=row["why"],
            hash=row["hash"],
            places=(Place(row["file"], row["line"], row["line"]), Place(row["file"], first, last)),
        )

    return Labels(
        [label(row, row["family"]) for row in data["positives"]],
        [label(row, row["family_naive"]) for row in data["negatives"]],
        [Range(row["pkg"], row["file"], *row["lines"]) for row in data["exhaustive_files"]],
    )


def _from_list(data: Iterable[Mapping[str, Any]]) -> Labels:
    labels = Labels([], [], [])
    for row in data:
        hops = [f"{row['file']}:{row['line']}", row.get("sink", ""), *row.get("chain", ())]
        found = (re.match(r"(\S+\.py):(\d+)", hop) for hop in hops)
        places = [Place(hop[1], int(hop[2]), WHOLE_STATEMENT) for hop in found if hop]
        severity = row.get("severity", "")
        label = Label(
            package=row["repo"],
            file=row["file"],
            line=row["line"],
            group=row["family"],
            kind=row["sub"],
            severity=SEVERITIES.get(severity, severity),
            transitive=row["sub"] == "transitive",
            uncertain=row["label"] == "uncertain",
            why=row["why"],
            hash=row["hash"],
            places=tuple(dict.fromkeys(places)),
        )
        (labels.negatives if row["label"] == "TN" else labels.positives).append(label)
    return labels


# --- sources --------------------------------------------------------------------------------


class Sources:
    """The folders of the packages, and the lines and statements of their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._texts: dict[Path, str | None] = {}
        self._statements: dict[Path, list[tuple[int, int]]] = {}

    def of(self, package: str) -> Path | None:
        """The folder of a package: `owner/name` may also lie in `owner+name` or `name`."""
        for name in (package, package.replace("/", "+"), package.rpartition("/")[2]):
            if (self.folder / name).is_dir():
                return self.folder / name
        return None

    def line(self, package: str, file: str, number: int) -> str | None:
        """The text of a line, or None when there is no such line."""
        text = self._text(package, file)
        lines = text.split("\n") if text is not None else []
        return lines[number - 1] if 0 < number <= len(lines) else None

    def statement(self, package: str, file: str, number: int) -> tuple[int, int]:
        """The extent of the innermost statement, or statement header, at a line."""
        root = self.of(package)
        path = (root or self.folder) / file
        if path not in self._statements:
            self._statements[path] = _statements(self._text(package, file) or "")
        around = [found for found in self._statements[path] if found[0] <= number <= found[1]]
        return min(around, key=lambda found: found[1] - found[0], default=(number, number))

    def _text(self, package: str, file: str) -> str | None:
        root = self.of(package)
        path = (root or self.folder) / file
        if path not in self._texts:
            try:
                raw = path.read_bytes()
            except OSError:
                self._texts[path] = None
            else:
                self._texts[path] = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        return self._texts[path]


def _statements(text: str) -> list[tuple[int, int]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno
            found.append((node.lineno, max(node.lineno, last or node.lineno)))
    return found


# --- scoring --------------------------------------------------------------------------------


def evaluate(labels: Labels, sources: Sources, findings: Callable[[Path], list[Finding]]) -> Evaluation:
    """Score the findings of each package's folder against the labels."""
    result = Evaluation([], [], [], [], [], [])
    for package in labels.packages:
        root = sources.of(package)
        positives = [label for label in labels.positives if label.package == package]
        negatives = [label for label in labels.negatives if label.package == package]
        if root is None:
            result.left_out.append(f"{package}: no sources ({len(positives) + len(negatives)} labels)")
            continue
        positives = _current(positives, sources, result.left_out)
        negatives = _current(negatives, sources, result.left_out)
        ranges = [place for place in labels.exhaustive if place.package == package]
        _score(result, package, positives, negatives, ranges, sources, findings(root))
    return result


def digest(line: str) -> str:
    """How labels and readings name the text of a line."""
    return hashlib.sha1(line.strip().encode()).hexdigest()[:10]


def _current(labels: list[Label], sources: Sources, left_out: list[str]) -> list[Label]:
    current = []
    for label in labels:
        text = sources.line(label.package, label.file, label.line)
        if text is None:
            left_out.append(f"{label.package}/{label.file}:{label.line} {label.group}: no such line")
        elif digest(text) != label.hash:
            left_out.append(f"{label.package}/{label.file}:{label.line} {label.group}: the line differs")
        else:
            current.append(label)
    return current


def _score(
    result: Evaluation,
    package: str,
    positives: list[Label],
    negatives: list[Label],
    ranges: list[Range],
    sources: Sources,
    findings: list[Finding],
) -> None:
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.file].append(finding)
    extents: dict[Label, list[Place]] = {}
    for label in positives:
        extents[label] = [_extent(place, label.package, sources) for place in label.places]
        if not label.uncertain:
            hit = any(
                place.first <= finding.line <= place.last
                for place in extents[label]
                for finding in by_file[place.file]
                if HITS[label.group].fullmatch(finding.code)
            )
            result.outcomes.append((label, hit))
    meant = {(label.file, label.line, label.group.split()[0]) for label in positives}
    for label in negatives:
        if label.uncertain or (label.file, label.line, label.group) in meant:
            continue
        result.negatives.append(label)
        result.alarms.extend(
            (label, finding)
            for finding in by_file[label.file]
            if finding.line == label.line and GROUPS[label.group].fullmatch(finding.code)
        )
    for finding in findings:
        group = next((name for name, codes in GROUPS.items() if codes.fullmatch(finding.code)), None)
        if group is None or not any(
            place.file == finding.file and place.first <= finding.line <= place.last for place in ranges
        ):
            continue
        family = group.split()[0]
        if any(
            place.file == finding.file and place.first <= finding.line <= place.last
            for label in positives
            if label.group.split()[0] == family
            for place in extents[label]
        ):
            result.explained.append((package, group))
        else:
            result.unexplained.append((package, group, finding))


def _extent(place: Place, package: str, sources: Sources) -> Place:
    if place.last != WHOLE_STATEMENT:
        return place
    return Place(place.file, *sources.statement(package, place.file, place.first))


# --- output ---------------------------------------------------------------------------------


class Row(NamedTuple):
    """Counts under one heading. `counted` is the recall that matters, `any_severity` the wider one."""

    name: str
    counted: tuple[int, int]
    any_severity: tuple[int, int]
    alarms: tuple[int, int]
    explained: int
    unexplained: int

    @property
    def recall(self) -> float | None:
        return _ratio(*self.counted)

    @property
    def precision(self) -> float | None:
        return _ratio(self.explained, self.explained + self.unexplained)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def counts_for_recall(label: Label) -> bool:
    """F1 asks for what hurts (high severity); the other families for everything certain."""
    return label.group != "F1" or label.severity == "high"


def rows(result: Evaluation) -> dict[str, list[Row]]:
    """The tables: by family, by kind, direct and transitive, by package."""
    positives = [label for label, _ in result.outcomes]
    kinds = sorted({(label.group, label.kind) for label in positives})
    reaches = sorted({(label.group, label.transitive) for label in positives})
    packages = sorted({label.package for label in [*result.negatives, *positives]})
    return {
        "by family": _present(_row(result, group, group) for group in GROUPS),
        "by kind": [_row(result, f"{group} {kind}", group, kind=kind) for group, kind in kinds],
        "direct and transitive": [
            _row(result, f"{group} {'transitive' if reach else 'direct'}", group, transitive=reach)
            for group, reach in reaches
        ],
        "by package": _present(
            _row(result, f"{package} {group}", group, package=package)
            for package in packages
            for group in GROUPS
        ),
    }


def _present(table: Iterable[Row]) -> list[Row]:
    return [row for row in table if row.any_severity[1] or row.alarms[1] or row.explained or row.unexplained]


def _row(
    result: Evaluation,
    name: str,
    group: str,
    *,
    package: str | None = None,
    kind: str | None = None,
    transitive: bool | None = None,
) -> Row:
    """Alarms and precision have no kind and no reach: such rows are about recall only."""
    outcomes = [
        (label, hit)
        for label, hit in result.outcomes
        if label.group == group
        and package in (None, label.package)
        and kind in (None, label.kind)
        and transitive in (None, label.transitive)
    ]
    counted = [hit for label, hit in outcomes if counts_for_recall(label)]
    recall_only = kind is not None or transitive is not None
    negatives = {
        label
        for label in result.negatives
        if label.group == group and package in (None, label.package) and not recall_only
    }
    explained = [key for key in result.explained if key[1] == group and package in (None, key[0])]
    unexplained = [key for key in result.unexplained if key[1] == group and package in (None, key[0])]
    return Row(
        name,
        (sum(counted), len(counted)),
        (sum(hit for _, hit in outcomes), len(outcomes)),
        (len({label for label, _ in result.alarms} & negatives), len(negatives)),
        0 if recall_only else len(explained),
        0 if recall_only else len(unexplained),
    )


def render(result: Evaluation) -> str:
    """The tables, then every miss, alarm and unexplained finding on a line of its own."""
    out: list[str] = []
    for title, table in rows(result).items():
        heading = f"{title:<38}{'recall':>18}{'all severities':>18}{'alarms':>12}{'precision':>20}"
        out += [heading, "-" * len(heading)]
        for row in table:
            out.append(
                f"{row.name:<38}{_share(*row.counted):>18}{_share(*row.any_severity):>18}"
                f"{f'{row.alarms[0]}/{row.alarms[1]}' if row.alarms[1] else '-':>12}"
                f"{_share(row.explained, row.explained + row.unexplained):>20}"
            )
        out.append("")
    for title, lines in listings(result).items():
        out.append(f"{title} ({len(lines)})")
        out += [f"  {line}" for line in lines] + [""]
    return "\n".join(out)


def listings(result: Evaluation) -> dict[str, list[str]]:
    """What a person has to read, one line each."""

    def told(label: Label) -> str:
        reach = "transitive" if label.transitive else "direct"
        return (
            f"{label.package}/{label.file}:{label.line} {label.group} {label.kind} "
            f"{label.severity} {reach}: {label.why}"
        )

    missed = [label for label, hit in result.outcomes if not hit]
    return {
        "misses that count": [told(label) for label in missed if counts_for_recall(label)],
        "misses of lower severity": [told(label) for label in missed if not counts_for_recall(label)],
        "alarms": [f"{label.package}/{finding}  [labelled: {label.why}]" for label, finding in result.alarms],
        "unexplained findings in exhaustive ranges": [
            f"{package}/{finding}" for package, _, finding in result.unexplained
        ],
        "labels left out": result.left_out,
    }


def render_readings(result: Evaluation, sources: Sources, readings: Readings) -> str:
    """The precision of each family with the unexplained findings as a person read them."""
    verdicts: defaultdict[str, list[str]] = defaultdict(list)
    told: list[str] = []
    for package, group, finding in result.unexplained:
        line = sources.line(package, finding.file, finding.line) or ""
        reading = readings.get((package, finding.file, digest(line), finding.code))
        verdicts[group].append(reading.verdict if reading else "not read")
        said = f"{reading.verdict}: {reading.why}" if reading else "not read"
        told.append(f"  {package}/{finding.file}:{finding.line} {finding.code} {said}")
    out = ["unexplained findings as read"]
    for group, found in verdicts.items():
        explained = sum(name == group for _, name in result.explained)
        counts = ", ".join(f"{found.count(verdict)} {verdict}" for verdict in (*VERDICTS, "not read"))
        precision = _share(explained + found.count("right"), explained + len(found))
        out.append(f"  {group}: {counts}; precision {precision}")
    return "\n".join([*out, *told, ""])


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} {100 * part / whole:.1f} %" if whole else "-"


def as_json(result: Evaluation) -> str:
    tables = {
        title: [{**row._asdict(), "recall": row.recall, "precision": row.precision} for row in table]
        for title, table in rows(result).items()
    }
    return json.dumps({"tables": tables, "listings": listings(result)}, indent=2)


def run_linter(folder: Path, *, jobs: int | None = None) -> list[Finding]:
    """The findings of the default rules and FAP209 in a folder."""
    from fastapi_lint.linter import lint
    from fastapi_lint.settings import Overrides

    root = folder.resolve()
    report = lint([root], overrides=Overrides(extend_select=("FAP209",)), jobs=jobs)
    return [
        Finding(
            Path(diagnostic.path).relative_to(root).as_posix(),
            diagnostic.span.line,
            diagnostic.code,
            diagnostic.message,
        )
        for diagnostic in report.diagnostics
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the linter against hand labels.")
    parser.add_argument("labels", type=Path)
    parser.add_argument("--sources", type=Path, required=True, help="folder with one folder per package")
    parser.add_argument("--family", choices=["F1", "F2", "F3", "F4"])
    parser.add_argument("--package", action="append", default=[], help="only this package (repeatable)")
    parser.add_argument("--readings", type=Path, default=Path(__file__).with_name("readings.json"))
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    labels = load_labels(options.labels).only(options.family, options.package)
    if not labels.packages:
        print("no label matches --family and --package", file=sys.stderr)
        return 2

    def findings(folder: Path) -> list[Finding]:
        print(f"checking {folder.name}", file=sys.stderr)
        found = run_linter(folder, jobs=options.jobs)
        if not options.family:
            return found
        return [finding for finding in found if finding.code.startswith(f"FAP{options.family[1]}")]

    sources = Sources(options.sources)
    result = evaluate(labels, sources, findings)
    if options.json:
        print(as_json(result))
    else:
        print(render(result))
        print(render_readings(result, sources, load_readings(options.readings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
