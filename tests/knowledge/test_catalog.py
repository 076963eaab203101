"""Records come from TOML; what is wrong in a file is named with the file and the key."""

from __future__ import annotations

import pytest

from tanaka.knowledge.catalog import KnowledgeError, knowledge, overlaid, read
from tanaka.knowledge.model import Form

MECHANISM = """
[drift]
name = "drift"
parent = "training"
definition = "Weights drift."
forms = ["drift(?:s|ing)?"]
works = ["ssp"]
"""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("works/a.toml", "[x]\nname = 3", "works/a.toml: x.name is not a str"),
        ("works/a.toml", "[x]\nnick = 'x'", "works/a.toml: x: unknown key 'nick'"),
        ("works/a.toml", "[x]\nname = 'x'", "works/a.toml: x: "),
        ("works/a.toml", "x = 1", "works/a.toml: x is not a table"),
        ("works/a.toml", "[x", "works/a.toml: "),
        ("works/a.toml", "[x]\nverified = 'perhaps'", "works/a.toml: x.verified: "),
        ("works/a.toml", "[x]\nyear = true", "works/a.toml: x.year is not a int"),
        ("papers/a.toml", "[x]", "papers/a.toml: not one of the folders"),
        ("twists/a.toml", "[x]\nsymbols = [['a']]", "twists/a.toml: x.symbols is not a pair"),
        ("mechanisms/a.toml", "[x]\nforms = 'x'", "mechanisms/a.toml: x.forms is not a list"),
        (
            "mechanisms/a.toml",
            "[x]\nforms = [{ words = 'x' }]",
            "mechanisms/a.toml: x.forms: unknown key 'words'",
        ),
    ],
)
def test_a_record_that_cannot_be_used_is_named(name: str, text: str, said: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read({name: text})
    assert str(caught.value).startswith(said)


def test_a_form_may_be_words_alone() -> None:
    (mechanism,) = read({"mechanisms/a.toml": MECHANISM}).mechanisms
    assert mechanism.forms == (Form("drift(?:s|ing)?"),)


def test_an_overlay_adds_and_replaces() -> None:
    own = {
        "mechanisms/mine.toml": MECHANISM,
        "works/mine.toml": '[ssp]\nname = "Our SSP"\nnames = []\ntitle = "T"\nauthors = ["A, B"]\n'
        'venue = "V"\nyear = 2020\narxiv = ""\nverified = "none"\ndoes = "nothing"',
    }
    base, over = knowledge(), overlaid(own)
    assert "drift" in over.by_mechanism and "drift" not in base.by_mechanism
    assert over.by_work["ssp"].name == "Our SSP" and base.by_work["ssp"].name == "SSP"
    assert len(over.works) == len(base.works)
    assert over.key != base.key and over.searched == base.searched


def test_no_overlay_is_the_packaged_base() -> None:
    assert overlaid({}) is knowledge()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('works = ["ssp"]', 'works = ["sspp"]', "mechanisms: drift.works names no record: sspp"),
        ('"training"', '"trainnig"', "mechanisms: drift.parent names no mechanism: trainnig"),
        ("drift(?:s|ing)?", "drift(", "mechanisms: drift.forms is no pattern"),
    ],
)
def test_an_overlay_that_points_nowhere_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        overlaid({"mechanisms/mine.toml": MECHANISM.replace(old, new)})
    assert str(caught.value).startswith(said)


def test_ancestors_end_at_a_root() -> None:
    known = knowledge()
    assert known.ancestors("adaptive-staleness") == ("bounded-staleness", "asynchronous-update")
    assert known.is_a("n-m-sparsity", "pruning") and not known.is_a("pruning", "n-m-sparsity")
