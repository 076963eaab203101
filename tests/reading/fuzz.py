"""Fuzz the whole path with papers of one's own: broken ones must be read, too.

Run by hand: ``python tests/reading/fuzz.py FOLDER SECONDS [SEED]``, with ``tests`` on the path.  Each folder
in FOLDER that holds a paper is mutated, one run of edits at a time, in a host that has read it before.
What raises, what names a place outside of its text, what differs from a fresh start, and what takes
longer than 20 seconds of the processor is printed with its seed.
"""

from __future__ import annotations

import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from reading.edited import EDITS, PIECES, Texts, difference
from reading.places import outside
from tanaka.analysis import AnalysisHost, Change
from tanaka.text import DocId, decode
from tanaka.views import facts, hover

LIMIT = 20
"""Seconds of the processor for one case."""

Mutation = Callable[[str, random.Random], str]


def truncate(text: str, chance: random.Random) -> str:
    """The file as far as it was typed."""
    return text[: chance.randrange(len(text) + 1)]


def lose(text: str, chance: random.Random) -> str:
    """Without a stretch, a long one at times."""
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + int(chance.expovariate(1 / 80)) :]


def swap(text: str, chance: random.Random) -> str:
    """Two lines for each other."""
    rows = text.split("\n")
    a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
    rows[a], rows[b] = rows[b], rows[a]
    return "\n".join(rows)


def unicode(text: str, chance: random.Random) -> str:
    """Any characters, anywhere."""
    at = chance.randrange(len(text) + 1)
    new = "".join(chr(chance.choice((chance.randrange(1, 128), chance.randrange(128, 0xD800), chance.randrange(0xE000, 0x110000)))) for _ in range(chance.randrange(1, 12)))  # fmt: skip
    return text[:at] + new + text[at:]


def repeat(text: str, chance: random.Random) -> str:
    """A short stretch many times over: what is quadratic shows."""
    at = chance.randrange(len(text) + 1)
    piece = text[at : at + chance.randrange(1, 12)]
    return text[:at] + piece * chance.choice((3, 30, 300)) + text[at:]


def known(text: str, chance: random.Random) -> str:
    """An edit that matters in TeX."""
    return chance.choice(EDITS)(text, chance.randrange(1_000_000), chance.choice(PIECES))


MUTATIONS: tuple[Mutation, ...] = (truncate, lose, lose, swap, unicode, repeat, known, known, known)


def paper(folder: Path) -> Texts:
    """What an editor has of a paper."""
    found = (p for p in sorted(folder.rglob("*")) if p.suffix in (".tex", ".bib") and p.is_file())
    read = {DocId(p.relative_to(folder).as_posix()): decode(p.read_bytes()) for p in found}
    return {doc: text for doc, text in read.items() if text is not None}


class TooLong(Exception):
    """A case that took longer than its limit."""


def _alarm(signum: int, frame: object) -> None:
    raise TooLong


def case(host: AnalysisHost, root: DocId, files: list[DocId], texts: Texts, seed: int) -> str:
    """What is wrong after one run of edits; "" where nothing is."""
    chance = random.Random(seed)
    now = dict(texts)
    for _ in range(chance.randrange(1, 6)):
        doc = chance.choice(files)
        now[doc] = chance.choice(MUTATIONS)(now[doc], chance)
    host.apply(Change({d: t for d, t in now.items() if t != texts[d]}))
    report = host.snapshot().report(root)
    wrong = [*report.failures, *outside(report)]
    facts.record(report)
    for number in chance.sample(sorted(report.spans.numbers), min(3, len(report.spans.numbers))):
        place = report.spans.numbers[number].whole
        hover.hover(report, place.doc, place.start)
    if chance.randrange(8) == 0:
        other = AnalysisHost()
        other.apply(Change(dict(now)))
        wrong.append(difference(report, other.snapshot().report(root))[:600])
    return "\n".join(w for w in wrong if w)


def main(folder: Path, seconds: float, seed: int = 0) -> int:
    """Fuzz until the time is out; the exit status says whether something was found."""
    signal.signal(signal.SIGVTALRM, _alarm)
    papers = [(d.name, t) for d in sorted(folder.iterdir()) if d.is_dir() and (t := paper(d))]
    end, count, bad, slowest = time.monotonic() + seconds, 0, 0, (0.0, "")
    while papers and time.monotonic() < end:
        for name, texts in papers:
            host = AnalysisHost()
            host.apply(Change(dict(texts)))
            if not (roots := host.snapshot().roots()):
                continue
            files = [d for d in host.snapshot().report(roots[0]).files if texts[d]]
            for _ in range(6):
                if time.monotonic() > end:
                    break
                seed, count, start = seed + 1, count + 1, time.process_time()
                signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
                try:
                    wrong = case(host, roots[0], files, texts, seed)
                except TooLong:
                    wrong = f"takes longer than {LIMIT} s\n" + traceback.format_exc(limit=-8)
                except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
                    wrong = traceback.format_exc(limit=-8)
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                slowest = max(slowest, (time.process_time() - start, f"{name} seed {seed}"))
                if wrong:
                    bad += 1
                    print(f"{name} seed {seed}: {wrong}", flush=True)
                host.apply(Change(dict(texts)))
    print(f"{count} cases, {bad} bad, slowest {slowest[0]:.1f} s ({slowest[1]})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(
        main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    )
