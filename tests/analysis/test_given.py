"""What the author declares: how far a comment reaches, what a default says, and what is wrong in either."""

from __future__ import annotations

import pytest

from fixture import analyse
from tanaka.analysis.config import Config, read_config
from tanaka.analysis.given import Givens, declared, problems_of, read_given
from tanaka.latex.source import read_source
from tanaka.paper.about import DECLARABLE, Declared, Role
from tanaka.paper.model import How
from tanaka.text import DocId, Span

DOC = DocId("main.tex")


def givens(text: str) -> Givens:
    return read_given(read_source(text))


def at(text: str, word: str, config: Config | None = None) -> dict[str, str]:
    """What is declared where a word stands."""
    start = text.index(word)
    span = Span(DOC, start, start + len(word))
    return {
        d.role.value: d.value
        for d in declared((config or Config()).given, {DOC: givens(text)}, span)
    }


TEXT = r"""\section{One} before
% tanaka: given device = H100-SXM, gpus = 64, precision = BF16
inside
\subsection{Under} deeper
\section{Two} after
"""


def test_a_comment_reaches_from_where_it_stands_to_the_end_of_its_section() -> None:
    everything = {"device": "H100-SXM", "gpus": "64", "precision": "bf16"}
    assert at(TEXT, "inside") == everything
    assert at(TEXT, "deeper") == everything
    assert at(TEXT, "before") == {}
    assert at(TEXT, "after") == {}


def test_in_a_subsection_it_ends_with_that() -> None:
    text = (
        "\\section{One}\n\\subsection{A}\n% tanaka: given gpus = 8\nhere\n\\subsection{B} there\n"
    )
    assert at(text, "here") == {"gpus": "8"}
    assert at(text, "there") == {}


def test_before_the_first_heading_it_ends_there() -> None:
    text = "% tanaka: given gpus = 8\nhere\n\\section{A} there\n"
    assert at(text, "here") == {"gpus": "8"}
    assert at(text, "there") == {}


def test_the_nearer_of_two_comments_wins_key_by_key() -> None:
    text = "% tanaka: given gpus = 8, device = A100\nhere\n% tanaka: given gpus = 16\nthere\n"
    assert at(text, "here") == {"gpus": "8", "device": "A100"}
    assert at(text, "there") == {"gpus": "16", "device": "A100"}


def test_another_file_has_none_of_it() -> None:
    span = Span(DocId("other.tex"), 0, 1)
    assert declared((), {DOC: givens(TEXT)}, span) == ()


@pytest.mark.parametrize(
    "text", ["% given gpus = 8\nhere", "% tanaka: ignore TK101 -- given\nhere", "tanaka: given gpus = 8\nhere"]
)  # fmt: skip
def test_other_words_declare_nothing(text: str) -> None:
    assert givens(text) == Givens()


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("given speed = 8", "speed is not known; the keys are device, gpus"),
        ("given gpus = many", "gpus is not a count: many"),
        ("given gpus = 0", "gpus is not a count: 0"),
        ("given gpus", "'gpus' is not key = value"),
        ("given", "declares nothing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(comment: str, words: str) -> None:
    source = read_source(f"one\n% tanaka: {comment}\n")
    found = read_given(source)
    assert found.items == ()
    (problem,) = problems_of(DOC, source, found)
    assert problem.startswith("main.tex:2: given")
    assert words in problem


def test_what_is_right_beside_it_is_used() -> None:
    found = givens("% tanaka: given speed = 8, gpus = 8\nhere")
    assert [g.values for g in found.items] == [(("gpus", "8"),)]
    assert len(found.problems) == 1


def test_defaults_hold_everywhere_and_behind_the_comments() -> None:
    config = read_config('[given]\ndevice = "A100"\ngpus = 8\nprecision = "half"\n')
    assert config.problems == ()
    assert at(TEXT, "after", config) == {"device": "A100", "gpus": "8", "precision": "16-bit"}
    start = TEXT.index("inside")
    found = declared(config.given, {DOC: givens(TEXT)}, Span(DOC, start, start + 6))
    assert found[0] == Declared(Role.DEVICE, "H100-SXM")
    assert Declared(Role.DEVICE, "A100", everywhere=True) in found


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[given]\nspeed = 3", "tanaka.toml: given.speed is not known"),
        ("[given]\ngpus = 2.5", "tanaka.toml: given.gpus is not a count: 2.5"),
        ("[given]\ngpus = true", "given.gpus is neither a word nor a number"),
        ("[given]\ndevice = ['A100']", "given.device is neither a word nor a number"),
        ("[given]\ndevice = ''", "given.device is empty"),
        ("given = 3", "[given] is not a table"),
    ],
)
def test_what_is_wrong_in_the_defaults_is_said(toml: str, words: str) -> None:
    config = read_config(toml)
    assert config.given == ()
    assert any(words in p for p in config.problems)


def test_sizes_have_no_suffix() -> None:
    config = read_config('[given]\nparams = "7B"\ntokens = "1.5T"\nseq_len = 2048\n')
    assert dict(config.given) == {"params": "7000000000", "tokens": "1500000000000", "seq_len": "2048"}  # fmt: skip


def test_the_keys_are_those_of_the_interface() -> None:
    assert set(DECLARABLE) == {
        "device", "gpus", "nodes", "link", "precision", "model", "params", "tokens", "batch", "seq_len", "tp", "pp", "dp",
        "ep", "zero", "optimizer", "phase",
    }  # fmt: skip


def test_a_report_tells_what_a_number_is_about_with_what_is_declared() -> None:
    text = "\\section{One}\n% tanaka: given device = H100-SXM, speed = 3\nThe step takes 140\\,ms.\n\n\\section{Two}\nThe step takes 77\\,ms.\n"
    report = analyse({"main.tex": text, "tanaka.toml": '[given]\nprecision = "bf16"\n'})
    first, second = (report.about(n.id) for n in report.paper.numbers)
    assert [(b.role, b.value, b.how) for b in first.bounds] == [
        (Role.DEVICE, "H100-SXM", How.DECLARED),
        (Role.PRECISION, "bf16", How.DECLARED),
    ]
    assert [(b.role, b.value) for b in second.bounds] == [(Role.PRECISION, "bf16")]
    assert any("speed is not known" in p for p in report.problems)


def test_a_comment_in_the_text_changes_no_fact() -> None:
    plain = "\\section{One}\nThe step takes 140\\,ms.\n"
    with_comment = plain.replace("The", "% tanaka: given device = H100\nThe")
    assert analyse({"main.tex": plain}).paper == analyse({"main.tex": with_comment}).paper
