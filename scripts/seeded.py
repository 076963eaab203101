"""Puts errors into papers and prints how many are found, and what is said of papers without any.

Without arguments it reads our own papers with their errors (``tests/seeded``).  With main files of
papers it looks in each for places where a relation between numbers holds, breaks it, and does the
same.  ``make seeded`` runs the first and writes its counts into the README; ``make physics``
does so with the set for the rules that hold numbers against physics.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT / "tests")  # in place of this folder, where a file has that package's name

from seeded import any_source, own, score  # noqa: E402
from seeded.analysed import Analysed  # noqa: E402
from seeded.any_source import Paper  # noqa: E402
from seeded.family import NUMBERS, PHYSICS, UNSEEN, Family, of  # noqa: E402
from tanaka.cli.files import Unreadable  # noqa: E402

README = ROOT / "README.md"


def of_ours(home: Path) -> tuple[list[Paper], score.Score]:
    """Our own set, with its statements."""
    papers = [own.run(name, home) for name in own.names(home)]
    spoken = list(own.spoken(home))
    for statement, found in spoken:
        print(
            f"not silent: {statement.origin}: {'; '.join(str(a) for a in found)}", file=sys.stderr
        )
    count = len(own.statements(home))
    return papers, score.score(papers, of(home), statements=count, spoken=len(spoken))


def of_others(files: Sequence[Path]) -> tuple[list[Paper], score.Score]:
    """Any papers, by their main files."""
    papers = []
    for path in files:
        try:
            paper = Analysed.at(path)
        except Unreadable as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        # Folders may be anywhere; what is drawn must not depend on it.
        papers.append(any_source.run(paper, f"{path.resolve().parent.name}/{path.name}"))
        print(f"  {papers[-1].name}: {len(papers[-1].tried)} placed", file=sys.stderr)
    return papers, score.score(papers, tries=True)


def said_of_untouched(papers: Sequence[Paper]) -> str:
    """Findings of untouched papers, those that say impossible first, and of twins."""
    found = [(a.verdict != "impossible", p.name, a) for p in papers for a in p.alarms]
    found.sort(key=lambda f: f[:2])
    twins = [
        f"{p.name}: twin of {t.seed.old} -> {t.seed.new}: {alarm}\n"
        for p in papers
        for t in p.tried
        for alarm in ((*t.twin.found, *t.twin.beside) if t.twin else ())
    ]
    return "".join([*(f"{name}: {alarm}\n" for _, name, alarm in found), *twins])


def misses(papers: Sequence[Paper]) -> str:
    """Errors that no rule found, a line each."""
    lines = []
    for paper in papers:
        for t in paper.tried:
            if not t.result.found:
                s = t.seed
                note = "" if s.beyond else " (within rounding)"
                note += "" if s.covered else " (no rule is meant to read it)"
                lines.append(
                    f"{paper.name}: {s.file}:{s.line}: {s.rule} {s.size}: {s.old} -> {s.new}{note}; {s.relation}\n"
                )
    return "".join(lines)


def data(ours: score.Score, others: score.Score | None) -> dict[str, object]:
    """Both scores as JSON."""
    return {"own": ours.data()} | ({"others": others.data()} if others is not None else {})


def known(family: Family) -> tuple[score.Score, score.Score | None]:
    """The scores that were written last."""
    found = json.loads((family.home / "result.json").read_text("utf-8"))
    others = found.get("others")
    return score.Score.read(found["own"]), score.Score.read(others) if others else None


def write(family: Family, ours: score.Score, others: score.Score | None) -> None:
    """Keep the counts, and put the table into the README; those of others stay, where there are none new."""
    result = family.home / "result.json"
    if others is None and result.is_file():
        others = known(family)[1]
    result.write_text(json.dumps(data(ours, others), indent=1) + "\n", "utf-8")
    text = README.read_text("utf-8")
    begin, end = score.marks(family)
    if begin in text:
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        table = score.markdown(ours, others)
        README.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "files", nargs="*", type=Path, help="main files of papers to put errors into"
    )
    parser.add_argument("--own", type=Path, default=own.HERE, metavar="FOLDER",
                        help="a set of our own kind: papers/, seeds/, statements/")  # fmt: skip
    parser.add_argument("--physics", dest="own", action="store_const", const=PHYSICS.home,
                        help="the set for the rules that hold numbers against physics")  # fmt: skip
    parser.add_argument("--unseen", dest="own", action="store_const", const=UNSEEN.home,
                        help="papers that the rules of physics were not mended against")  # fmt: skip
    parser.add_argument("--misses", action="store_true", help="list the errors that were not found")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.add_argument("--markdown", action="store_true", help="print the README's table")
    parser.add_argument(
        "--write", action="store_true", help="keep the counts, and write the README's table"
    )
    args = parser.parse_args()
    family = of(args.own)
    if args.files and family is not NUMBERS:
        parser.error("no places are looked for that physics decides: leave the files out")
    papers, others = of_others(args.files) if args.files else ([], None)
    ours: score.Score | None = None
    if not args.files or args.json or args.markdown or args.write:
        try:
            own_papers, ours = of_ours(args.own)
        except own.Malformed as error:
            print(error, file=sys.stderr)
            return 2
        papers = papers or own_papers
    if args.write and ours is not None:
        write(family, ours, others)
    if args.json and ours is not None:
        print(json.dumps(data(ours, others), indent=1))
    elif args.markdown and ours is not None:
        print(score.markdown(ours, others))
    else:
        print(said_of_untouched(papers), end="")
        shown = others if others is not None else ours
        print(score.table(shown) if shown is not None else "")
    if args.misses:
        print(misses(papers), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
