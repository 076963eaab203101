"""What the benchmark counts, and how it is printed: tables for people, JSON, and the README's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from seeded.any_source import TRIES, Paper, Tried
from seeded.family import FAMILIES, NUMBERS, Family
from seeded.wrong import FORM, LAST_DIGIT, SIZES

_COLUMNS = (*SIZES, FORM)
NAMES = {code: name for family in FAMILIES for code, name in family.names.items()}


@dataclass
class Tally:
    """Errors of one rule: how many of each size were put in and found, and how."""

    seeded: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COLUMNS, 0))
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COLUMNS, 0))
    by_another: int = 0
    impossible: int = 0
    implausible: int = 0
    beside: int = 0

    def add(self, tried: Tried) -> None:
        """Count one error."""
        size, result = tried.seed.size, tried.result
        self.seeded[size] += 1
        self.found[size] += bool(result.found)
        self.by_another += result.by(tried.seed.rule) == "other"
        self.impossible += result.verdict == "impossible"
        self.implausible += result.verdict == "implausible"
        self.beside += bool(result.beside)

    def of(self, sizes: Iterable[str] = _COLUMNS) -> tuple[int, int]:
        """Found and seeded, of some sizes."""
        return sum(self.found[s] for s in sizes), sum(self.seeded[s] for s in sizes)


LARGE = tuple(s for s in _COLUMNS if s != LAST_DIGIT)


@dataclass
class Twins:
    """Errors' twins that are right by a hair: how many, and of how many something is said."""

    written: int = 0
    impossible: int = 0
    implausible: int = 0

    def add(self, tried: Tried) -> None:
        """Count the twin of one error, where it has one; new findings anywhere count."""
        if tried.twin is not None:
            said = {a.verdict for a in (*tried.twin.found, *tried.twin.beside)}
            self.written += 1
            self.impossible += "impossible" in said
            self.implausible += said == {"implausible"}


@dataclass
class Score:
    """What a set of papers gave.

    ``rules`` counts errors of the relations that the rules are meant to read; ``outside`` are those
    found and put in of others.
    """

    papers: int
    size: int
    rules: dict[str, Tally]
    alarms: dict[str, int]
    statements: int = 0
    spoken: int = 0
    tries: int | None = None
    twins: Twins = field(default_factory=Twins)
    outside: tuple[int, int] = (0, 0)

    @property
    def all(self) -> Tally:
        """All rules together."""
        out = Tally()
        for tally in self.rules.values():
            for s in _COLUMNS:
                out.seeded[s] += tally.seeded[s]
                out.found[s] += tally.found[s]
            for name in ("by_another", "impossible", "implausible", "beside"):
                setattr(out, name, getattr(out, name) + getattr(tally, name))
        return out

    def data(self) -> dict[str, object]:
        """As JSON holds it."""
        out: dict[str, object] = {
            "papers": self.papers,
            "kilobytes": round(self.size / 1000),
            "false alarms": self.alarms,
            "rules": {
                rule: {
                    "seeded": {s: n for s, n in t.seeded.items() if n},
                    "found": {s: t.found[s] for s, n in t.seeded.items() if n},
                    "by another rule": t.by_another,
                    "impossible": t.impossible,
                    "implausible": t.implausible,
                    "other new findings": t.beside,
                }
                for rule, t in self.rules.items()
            },
        }
        if self.tries is None:
            out |= {"statements": self.statements, "statements not silent": self.spoken}
            if self.twins.written:
                out["twins"] = {
                    "written": self.twins.written,
                    "impossible": self.twins.impossible,
                    "implausible": self.twins.implausible,
                }
            if self.outside[1]:
                out["outside"] = {"found": self.outside[0], "seeded": self.outside[1]}
        else:
            out["tries"] = self.tries
        return out

    @classmethod
    def read(cls, data: dict[str, object]) -> Score:
        """The score that `data` gave."""
        rules = {}
        for rule, given in data["rules"].items():  # type: ignore[attr-defined]
            tally = Tally()
            tally.seeded |= given["seeded"]
            tally.found |= given["found"]
            tally.by_another, tally.beside = given["by another rule"], given["other new findings"]
            tally.impossible, tally.implausible = given["impossible"], given["implausible"]
            rules[rule] = tally
        outside = data.get("outside", {"found": 0, "seeded": 0})
        return cls(
            data["papers"], 1000 * data["kilobytes"], rules, data["false alarms"],  # type: ignore[arg-type,operator]
            data.get("statements", 0), data.get("statements not silent", 0), data.get("tries"),  # type: ignore[arg-type]
            Twins(**data.get("twins", {})), (outside["found"], outside["seeded"]),  # type: ignore[arg-type,index]
        )  # fmt: skip


def score(
    papers: Sequence[Paper],
    family: Family = NUMBERS,
    *,
    statements: int = 0,
    spoken: int = 0,
    tries: bool = False,
) -> Score:
    """Counts over some papers; ``tries`` says that places were looked for, `TRIES` a rule and paper."""
    rules = {rule: Tally() for rule in family.rules}
    alarms = {"impossible": 0, "implausible": 0}
    twins, outside = Twins(), Tally()
    for paper in papers:
        for tried in paper.tried:
            (rules[tried.seed.rule] if tried.seed.covered else outside).add(tried)
            twins.add(tried)
        for alarm in paper.alarms:
            alarms[alarm.verdict] += 1
    size = sum(p.size for p in papers)
    placed = TRIES * len(rules) * len(papers) if tries else None
    return Score(len(papers), size, rules, alarms, statements, spoken, placed, twins, outside.of())


# -- printing ---------------------------------------------------------------------------------
def _share(found: int, seeded: int) -> str:
    return f"{100 * found / seeded:.0f} %" if seeded else "–"


def _of(pair: tuple[int, int]) -> str:
    return f"{pair[0]}/{pair[1]}" if pair[1] else "–"


def table(given: Score) -> str:
    """Recall by rule and by size, for a terminal."""
    head = [
        "rule",
        "",
        "found",
        "recall",
        *_COLUMNS,
        "other rule",
        "impossible",
        "implausible",
        "beside",
    ]
    if given.tries is not None:
        head.insert(2, "placed")
    rows = []
    for rule, t in [*given.rules.items(), ("all", given.all)]:
        row = [rule, NAMES.get(rule, ""), _of(t.of()), _share(*t.of())]
        row += [_of(t.of((s,))) for s in _COLUMNS]
        row += [str(n) for n in (t.by_another, t.impossible, t.implausible, t.beside)]
        if given.tries is not None:
            tries = given.tries if rule == "all" else given.tries // len(given.rules)
            row.insert(2, f"{t.of()[1]}/{tries}")
        rows.append(row)
    widths = [max(len(r[k]) for r in (head, *rows)) for k in range(len(head))]
    lines = [
        "  ".join(c.ljust(w) if k < 2 else c.rjust(w) for k, (c, w) in enumerate(zip(r, widths, strict=True)))
        for r in (head, *rows)
    ]  # fmt: skip
    t = given.all
    lines += [
        "",
        f"errors of 1.2x, 2x, 10x and of form: {_of(t.of(LARGE))} found ({_share(*t.of(LARGE))}); "
        f"of one last digit: {_of(t.of((LAST_DIGIT,)))} ({_share(*t.of((LAST_DIGIT,)))})",
        *([_twins(given)] if given.twins.written else []),
        *(
            [f"of relations that no rule is meant to read: {_of(given.outside)} found"]
            if given.outside[1]
            else []
        ),
        _alarms(given),
    ]
    return "\n".join(lines)


def _twins(given: Score) -> str:
    t = given.twins
    return (
        f"{t.written} twins that are right by a hair: of {t.impossible} something is said to be impossible, "
        f"of {t.implausible} implausible"
    )


def _alarms(given: Score) -> str:
    a, b = given.alarms["impossible"], given.alarms["implausible"]
    per_paper = (a + b) / max(given.papers, 1)
    per_size = (a + b) / max(given.size / 100_000, 1e-9)
    text = (
        f"untouched: {given.papers} papers, {given.size / 1000:.0f} KB: {a} impossible, {b} implausible "
        f"({per_paper:.2f} a paper, {per_size:.2f} per 100 KB)"
    )
    if given.statements:
        text += f"; {given.spoken} of {given.statements} true statements not silent"
    return text


def marks(family: Family) -> tuple[str, str]:
    """Comments around the README's table of a family."""
    return f"<!-- {family.mark}: begin -->", f"<!-- {family.mark}: end -->"


def markdown(own: Score, others: Score | None = None) -> str:
    """The README's table: our own papers, and beside them any others."""
    head = ["rule", "errors", "found", "of 1.2×, 2×, 10×, form", "of one last digit"]
    if others is not None:
        head += [f"placed in {others.papers} other papers", "found there"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for rule in [*own.rules, "all"]:
        t = own.all if rule == "all" else own.rules[rule]
        name = "**all**" if rule == "all" else f"{rule} {NAMES[rule]}"
        row = [name, str(t.of()[1]), _share(*t.of()), _of(t.of(LARGE)), _of(t.of((LAST_DIGIT,)))]
        if others is not None:
            o = others.all if rule == "all" else others.rules[rule]
            row += [str(o.of()[1]), _share(*o.of())]
        lines.append("| " + " | ".join(row) + " |")
    lines += ["", _sentence(own)]
    if others is not None:
        lines.append(
            f"Others: {others.papers} papers, {others.size / 1000:.0f} KB, {others.tries} tries "
            f"({TRIES} a rule and paper), {others.all.of()[1]} placed; untouched, they have "
            f"{others.alarms['impossible']} findings that say impossible and "
            f"{others.alarms['implausible']} that say implausible."
        )
    return "\n".join(lines)


def _sentence(own: Score) -> str:
    outside = (
        f" Of relations that no rule is meant to read, {_of(own.outside)} errors are found."
        if own.outside[1]
        else ""
    )
    twins = f" {_twins(own)}." if own.twins.written else ""
    return (
        f"Ours: {own.papers} papers, {own.all.of()[1]} errors, {own.statements} true statements that look wrong. "
        f"Untouched, the papers have {own.alarms['impossible']} findings that say impossible and "
        f"{own.alarms['implausible']} that say implausible; {own.spoken} of the statements are not silent.{twins}{outside}"
    )
