"""``tanaka stress-test --voice``: the parts in a model's words, and what would be sent for them.

The address, the Python and the key come from the environment, never from an argument or a file:
an argument stands in the list of processes, and a file of the paper is shared with others.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import takewhile

from tanaka.analysis import Report
from tanaka.children.target import Target, Unusable, target
from tanaka.children.voice import Worker, find_python, titled, worded
from tanaka.cli.files import Unreadable
from tanaka.views.review import Part, Review
from tanaka.voice.brief import Brief, briefs, preview
from tanaka.voice.plain import default_persona

BASE, PYTHON = "TANAKA_VOICE_BASE", "TANAKA_VOICE_PYTHON"


def would_be_sent(made: Review, report: Report, model: str) -> str:
    """Word for word what `streamed` would send; nothing is sent."""
    found = _target(model)
    return preview(_briefs(made, report), default_persona(), model=found.shown, base=found.base)


def streamed(
    made: Review, report: Report, model: str, render: Callable[[Review], str]
) -> Iterator[str]:
    """The review in a model's words, printed as far as it cannot change any more.

    Parameters
    ----------
    made : Review
        In the engine's words.
    report : Report
    model : str
    render : callable
        A review as text.

    Raises
    ------
    Unreadable
        Where the model, its server or litellm cannot be used at all.
    """
    found = _target(model)
    shown = titled(made, found)
    printed = 0
    done: list[Part] = []
    with closing(_parts(made, report, found)) as parts:
        for part in parts:
            done.append(part)
            rest = made.parts[len(done) :]
            # What follows the last part is the same whatever that part says, so the texts with and
            # without the parts to come agree as far as this one goes.
            whole = render(replace(shown, parts=(*done, *rest)))
            fixed = whole if not rest else _common(whole, render(replace(shown, parts=tuple(done))))
            yield fixed[printed:]
            printed = len(fixed)


def spoken(made: Review, report: Report, model: str) -> Review:
    """The review in a model's words, whole.

    Raises
    ------
    Unreadable
        Where the model, its server or litellm cannot be used at all.
    """
    found = _target(model)
    with closing(_parts(made, report, found)) as parts:
        return replace(titled(made, found), parts=tuple(parts))


def _common(a: str, b: str) -> str:
    """What two texts begin with, in whole lines."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
    return a[: a.rfind("\n", 0, same) + 1]


def _parts(made: Review, report: Report, found: Target) -> Generator[Part]:
    try:
        python = find_python(os.environ.get(PYTHON, ""))
    except Unusable as error:
        raise Unreadable(str(error)) from error
    key = os.environ.get(found.key_variable, "") if found.key_variable else ""
    with asyncio.Runner() as runner:
        worker = Worker(python)
        try:
            for brief in _briefs(made, report):
                said = runner.run(worded(worker, found, brief, default_persona(), key=key))
                if said.refused:
                    print(f"tanaka: {brief.part.title}: {said.refused}", file=sys.stderr)
                yield said.part
        finally:
            runner.run(worker.close())


def _briefs(made: Review, report: Report) -> Sequence[Brief]:
    works = [w.cited for w in report.knowledge.works if w.cited]
    return briefs(made, default_persona(), works=works)


def _target(model: str) -> Target:
    try:
        return target(model, os.environ.get(BASE, ""))
    except Unusable as error:
        raise Unreadable(f"--voice: {error}; {BASE} names an address") from error
