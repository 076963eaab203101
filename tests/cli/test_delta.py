"""``tanaka delta``: its three forms, and what it does without a baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run
from .terminal import EXAMPLE, paper

BASELINE = EXAMPLE / "baseline"


def test_the_example_against_its_baseline(tanaka: Run) -> None:
    ran = tanaka("delta", EXAMPLE, "--baseline", BASELINE)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Against FlushPipe: A Synchronous Pipeline")
    assert "as given" in ran.out.split("\n\n")[0]
    kinds = [line for line in ran.out.split("\n") if line and not line.startswith(" ")]
    assert kinds[-1] == "prior art it touches"


def test_the_same_as_json_and_markdown(tanaka: Run) -> None:
    document = json.loads(tanaka("delta", EXAMPLE, "--baseline", BASELINE, "--output-format", "json").out)  # fmt: skip
    assert document["schema"] == "tanaka.delta/1"
    rows = {(r["kind"], r["mechanism"]) for r in document["rows"]}
    assert ("added", "bounded-staleness") in rows
    assert ("shared", "one-forward-one-backward") in rows
    assert ("removed", "flush") in rows
    table = tanaka("delta", EXAMPLE, "--baseline", BASELINE, "--output-format", "markdown").out
    assert table.startswith("# Delta against FlushPipe")
    assert sum(line.startswith("| added |") for line in table.split("\n")) == sum(
        kind == "added" for kind, _ in rows
    )


def test_a_baseline_beside_the_root_is_found(tanaka: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper(), "utf-8")
    (tmp_path / "baseline").mkdir()
    (tmp_path / "baseline" / "main.tex").write_text(paper(), "utf-8")
    ran = tanaka("delta", tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert "found beside the root" in ran.out


def test_without_a_baseline_one_line_says_how_to_name_one(tanaka: Run, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper(), "utf-8")
    ran = tanaka("delta", tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "no baseline paper; name one with --baseline FILE" in ran.err


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_same_input_same_bytes(tanaka: Run, form: str) -> None:
    command = ("delta", EXAMPLE, "--baseline", BASELINE, "--output-format", form)
    assert tanaka(*command).out == tanaka(*command).out
