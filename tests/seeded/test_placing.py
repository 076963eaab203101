"""Where errors are put into any paper: a place where a relation holds, and a near miss beside it."""

from __future__ import annotations

import ast
import random
from collections import Counter
from fractions import Fraction

import pytest

from seeded.analysed import Analysed, changed
from seeded.any_source import RULES, TRIES, find, run, seeds
from seeded.own import HERE
from seeded.printed import pages
from seeded.wrong import SIZES, candidates, style

_TABLE = r"""\begin{{table}}\caption{{{caption}}}\begin{{tabular}}{{lrrr}}
{rows}
\end{{tabular}}\end{{table}}"""


def table(*rows: str, caption: str = "Results.") -> str:
    return _TABLE.format(caption=caption, rows="\n".join(rows))


def analysed(text: str) -> Analysed:
    return Analysed.of(
        {
            "main.tex": f"\\documentclass{{article}}\n\\begin{{document}}\n{text}\n\\end{{document}}\n"
        }
    )


def placed(text: str, rule: str) -> list[str]:
    """Digits of the numbers that a rule's errors may be put at."""
    return [p.number.source for p in find(pages(analysed(text).report))[rule]]


PLACES = [
    ("TK101", "The step falls from 421 to 138\\,ms, a $3.05\\times$ speedup.", ["3.05"]),
    ("TK101", "We reach 43.97 tok/s, 1.79$\\times$ the 24.54 tok/s of one node.", ["1.79"]),
    ("TK102", "Latency falls from 38.6 to 28.6\\,ms, by 26\\%.", ["26"]),
    ("TK102", "Recall rises from 73.2\\% to 82.4\\%, by 9.2\\%.", ["73.2", "9.2"]),
    ("TK102", "We find 1{,}805 of 2{,}467 pages, that is 73.2\\%.", ["73.2"]),
    ("TK103", "This reduces the traffic by 41\\%.", ["41"]),
    ("TK103", "The workers wait 31.5\\% of the time.", ["31.5"]),
    ("TK104", table("model & base (ms) & ours (ms) & speedup \\\\ \\hline", "A & 421 & 138 & 3.05 \\\\",
                    "B & 517 & 246 & 2.10 \\\\", "C & 633 & 177 & 3.58 \\\\", "D & 829 & 511 & 1.62 \\\\"),
     ["1.62", "2.10", "3.05", "3.58"]),
    ("TK105", table("part & GB & share & n \\\\ \\hline", "weights & 13.5 & a & x \\\\", "cache & 26.9 & b & y \\\\",
                    "other & 4.2 & c & z \\\\", "Total & 44.6 & d & t \\\\"), ["44.6"]),
    ("TK105", table("run & RPS & p & q \\\\ \\hline", "1 & 21.4 & a & x \\\\", "2 & 28.3 & b & y \\\\",
                    "3 & 33.7 & c & z \\\\", "Mean & 27.8 & d & t \\\\"), ["27.8"]),
    ("TK106", "\\begin{abstract}Our cache lowers tail latency to 318\\,ms.\\end{abstract}\n"
              "\\section{Evaluation}\nWith the cache the tail latency is 318\\,ms.", ["318"]),
    ("TK107", "\\section{Set-up}\nThe cluster has 128 GPUs in dense racks behind a switch.\n\n"
              "\\section{Evaluation}\nAll dense racks of the cluster, 128 GPUs behind a switch, run one job.", ["128"]),
    ("TK108", "We have 256 GPUs ($32$ nodes $\\times$ 8 GPUs).", ["8"]),
    ("TK108", "The job has 24 nodes with 8 GPUs each, 192 GPUs in total.", ["192"]),
    ("TK109", "The ports run at 200\\,Gb/s, that is 25\\,GB/s.", ["25"]),
    ("TK110", "At 312\\,W for 415\\,s a run takes 129.5\\,kJ.", ["312"]),
    ("TK110", "On 2{,}048 GPUs 3.7 days are 181.9K GPU-hours.", ["181.9"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "expected"), PLACES)
def test_a_place_is_found(rule: str, text: str, expected: list[str]) -> None:
    assert sorted(placed(text, rule)) == expected


NO_PLACES = [
    ("TK101", "The step falls from 421 to 138\\,ms, a $2.4\\times$ speedup."),
    ("TK101", "The step falls from 42 to 14\\,ms, a $3\\times$ speedup."),  # one digit says little
    ("TK101", "We compare 11, 14, 17, 21, 26, 33, 41 and 52\\,ms; one is $1.3\\times$ another."),
    ("TK102", "Latency falls from 38.6 to 28.6\\,ms, by 15\\%."),
    ("TK103", "This raises the traffic by 41\\%."),
    ("TK103", "This reduces our doubts by 41\\%."),
    ("TK104", table("model & base (ms) & ours (ms) & score \\\\ \\hline", "A & 421 & 138 & 2.71 \\\\",
                    "B & 517 & 246 & 1.93 \\\\", "C & 633 & 177 & 4.11 \\\\", "D & 829 & 511 & 3.24 \\\\")),
    ("TK104", table("set & A & B & C \\\\ \\hline", "a & 97\\% & 98\\% & 98\\% \\\\", "b & 98\\% & 97\\% & 99\\% \\\\",
                    "c & 96\\% & 97\\% & 98\\% \\\\", "d & 97\\% & 97\\% & 99\\% \\\\")),
    ("TK105", table("part & GB & share & n \\\\ \\hline", "weights & 13.5 & a & x \\\\", "cache & 26.9 & b & y \\\\",
                    "Total & 61.6 & d & t \\\\")),
    ("TK105", table("part & GB & share & n \\\\ \\hline", "weights & 13.5 & a & x \\\\", "cache & 26.9 & b & y \\\\",
                    "peak & 40.4 & d & t \\\\")),
    ("TK106", "\\begin{abstract}Our cache lowers tail latency to 318\\,ms.\\end{abstract}\n"
              "\\section{Evaluation}\nA disk of another vendor wakes up in 318\\,ms."),
    ("TK107", "\\section{Set-up}\nThe cluster has 128 GPUs.\n\n"
              "\\section{Evaluation}\nElsewhere one rents 128 GPUs, 256 GPUs, 512 GPUs or 1024 GPUs by the hour."),
    ("TK108", "We use 16 layers, 4 experts, and 64 GPUs."),
    ("TK108", "The bound is $2 \\cdot 10 < 20 + 3$."),
    ("TK109", "The ports run at 200\\,Gb/s, the disks at 3\\,GB/s."),
    ("TK110", "At 312\\,W for 415\\,s a run takes 190.5\\,kJ."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), NO_PLACES)
def test_no_place_is_found(rule: str, text: str) -> None:
    assert placed(text, rule) == []


def test_a_name_and_a_macro_are_no_places() -> None:
    text = "\\newcommand{\\gain}{3.05}\nThe step falls from 421 to 138\\,ms, a $\\gain\\times$ speedup."
    assert placed(text, "TK101") == []
    named = "The memory of the V100-SXM2-16GB is full at 128\\,Gbit."
    assert placed(named, "TK109") == []


# -- the error --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "size", "texts"),
    [
        ("2.90", "2x", {"5.80", "1.45"}),
        ("2{,}048", "2x", {"4{,}096", "1{,}024"}),
        ("2,048", "10x", {"20,480", "205"}),
        ("640", "2x", {"1280", "320"}),
        ("41", "1.2x", {"49", "34"}),
        ("3", "1.2x", set()),
        ("12", "last-digit", set()),
        ("120", "last-digit", set()),
        ("\\gain", "2x", set()),
        ("1.5e3", "2x", set()),
    ],
)
def test_an_error_keeps_the_authors_style(source: str, size: str, texts: set[str]) -> None:
    assert {c[0] for c in candidates(source, size, random.Random(1))} == texts


def test_one_last_digit_is_another_digit() -> None:
    for text, value, ulp in candidates("4.17", "last-digit", random.Random(1)):
        assert text[:-1] == "4.1"
        assert text != "4.17"
        assert value == Fraction(text)
        assert ulp == Fraction(1, 100)


@pytest.mark.parametrize("source", ["2.90", "2{,}048", "1\\,024", "0.5", "17"])
def test_a_style_writes_its_own_value_as_it_was(source: str) -> None:
    own = style(source)
    assert own is not None
    assert own.write(own.value) == source


def test_a_change_is_widened_to_the_number_and_no_further() -> None:
    old = "from 420 to $3.05\\times$, that is"
    for new, word in ((old.replace("3.05", "3.09"), "3.09"), (old.replace("3.05", "30.5"), "30.5")):
        low, high = changed(old, new)
        assert new[low:high] == word
    assert changed("200 Gb/s", "200 GB/s") == (4, 6)


# -- a paper ----------------------------------------------------------------------------------
_PAPER = "\n\n".join(text for _, text, _ in PLACES)


def test_all_errors_are_put_in_and_taken_back() -> None:
    paper = analysed(_PAPER)
    before = paper.alarms()
    made = seeds(paper, "paper")
    given = run(paper, "paper")
    assert [t.seed for t in given.tried] == made
    assert run(paper, "paper") == given
    assert paper.alarms() == before == given.alarms
    assert {s.rule for s in made} == set(RULES)
    assert max(Counter(s.rule for s in made).values()) <= TRIES


def test_each_error_breaks_its_relation_and_sizes_take_turns() -> None:
    paper = analysed(_PAPER)
    sizes = Counter()
    for seed in seeds(paper, "paper"):
        sizes[seed.size] += 1
        assert seed.old != seed.new
        assert paper.text(seed.file)[seed.start : seed.end] == seed.old
    assert all(sizes[s] for s in SIZES), sizes


def test_an_error_in_a_macro_is_found_where_the_macro_is_used() -> None:
    text = (
        "\\documentclass{article}\n\\newcommand{\\gain}{3.0}\n\\begin{document}\n"
        "The step falls from 420 to 140\\,ms, a $\\gain\\times$ speedup.\n\\end{document}\n"
    )
    paper = Analysed.of({"main.tex": text})
    at = text.index("3.0")
    assert paper.wrong("main.tex", at, at + 3, "3.1").found == ()
    assert paper.wrong("main.tex", at, at + 3, "6.0").by("TK101") == "own"


def test_the_placing_asks_no_rule_and_no_reader_of_claims() -> None:
    allowed = {"tanaka.paper.model", "tanaka.paper.tables", "tanaka.quantity", "tanaka.text"}
    for name in ("place", "printed", "sentences", "cells", "across", "wrong"):
        tree = ast.parse((HERE / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tanaka"):
                # A report is where sentences and tables are taken from.
                assert node.module in allowed | {"tanaka.analysis"}, (name, node.module)
                if node.module == "tanaka.analysis":
                    assert [a.name for a in node.names] == ["Report"]
            assert not isinstance(node, ast.Attribute) or node.attr not in ("claims", "statements", "findings"), name  # fmt: skip
