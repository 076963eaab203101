"""Personas load, are whole, and say which file and which key is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import tanaka_persona
from tanaka.rules import RULES
from tanaka_persona import DEFAULT, Persona, PersonaError, load

HOME = Path(tanaka_persona.__file__).parent
NAMES = sorted(p.name for p in HOME.iterdir() if (p / "persona.toml").is_file())
# Families of the rule catalogue; a persona may select one whose first rule is still to come.
FAMILIES = {"TK1", "TK2", "TK3", "TK4", "TK5", "TK6", "TK7", "TK8", "TK9"}


@pytest.fixture(params=NAMES)
def persona(request: pytest.FixtureRequest) -> Persona:
    return load(request.param)


def test_the_default_is_among_them() -> None:
    assert DEFAULT in NAMES


def test_a_persona_is_whole(persona: Persona) -> None:
    assert persona.name
    assert persona.languages
    assert persona.system
    assert persona.venues
    assert 100 <= persona.max_words <= 1000
    assert persona.never
    for point in persona.points:
        assert point.title
        assert len(point.text) > 80, point.id


def test_the_answer_has_the_four_parts_in_order(persona: Persona) -> None:
    assert [p.id for p in persona.parts] == [
        "mirror", "novelty-gap", "mechanism-stress-test", "twist",
    ]  # fmt: skip
    for part in persona.parts:
        assert part.title.startswith("The ")
        assert part.text
        assert persona.part(part.id) is part


def test_there_are_four_points_in_order() -> None:
    assert [p.id for p in load().points] == [
        "delta-audit", "corner-case-torture-test", "complexity-against-gain", "hidden-baseline",
    ]  # fmt: skip


def test_every_selector_names_a_family_and_every_rule_speaks_to_a_point(persona: Persona) -> None:
    selectors = [s for p in persona.points for s in p.rules]
    for selector in selectors:
        assert any(r.code.startswith(selector) for r in RULES) or selector in FAMILIES, selector
    for rule in RULES:
        assert any(rule.code.startswith(s) for s in selectors), rule.code


def test_the_fixed_phrases_take_their_slots(persona: Persona) -> None:
    said = persona.phrases["survive"].format(venue="MLSys", needs="a number")
    assert "MLSys" in said
    assert "a number" in said
    assert "{" not in said
    assert "{" not in persona.phrases["nothing"]


def test_the_personas_own_prose_does_not_use_the_words_it_never_says(persona: Persona) -> None:
    prose = " ".join([*persona.phrases.values(), *(p.text for p in persona.parts)]).lower()
    for word in persona.never:
        assert f" {word.lower()} " not in f" {prose} ", word


def test_nobody_real_is_borrowed_for_authority(persona: Persona) -> None:
    """No employer or institution: nothing a program prints about its persona could be true."""
    text = " ".join([persona.system, persona.voice, *(p.text for p in persona.points)])
    for name in ("NVIDIA", "Google", "Meta", "ETH", "MIT", "Stanford", "Berkeley"):
        assert name not in text


# -- what is wrong is said with its file and its key -------------------------------------------


def changed(tmp_path: Path, file: str, change: Callable[[str], str]) -> str:
    """The message for a copy of the default persona with one file changed."""
    home = tmp_path / "copy"
    if not home.exists():
        shutil.copytree(HOME / DEFAULT, home)
    path = home / file
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(PersonaError) as error:
        load("copy", tmp_path)
    return str(error.value)


def test_a_persona_of_ones_own_loads_from_a_folder(tmp_path: Path) -> None:
    shutil.copytree(HOME / DEFAULT, tmp_path / "mine")
    mine = load("mine", tmp_path)
    assert mine.id == "mine"
    assert mine.points == load().points


def test_a_persona_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PersonaError, match="nobody: no such persona"):
        load("nobody", tmp_path)


@pytest.mark.parametrize(
    "file", ["persona.toml", "system.md", "voice.md", "response.md", "points/1-delta-audit.md"]
)
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    shutil.copytree(HOME / DEFAULT, tmp_path / "copy")
    (tmp_path / "copy" / file).unlink()
    with pytest.raises(PersonaError) as error:
        load("copy", tmp_path)
    assert str(error.value) == f"copy/{file}: missing"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name      = "Dr. Kenji Tanaka"', "", "copy/persona.toml: name is missing or not a string"),
        ('name      = "Dr. Kenji Tanaka"', "name = 3", "copy/persona.toml: name is missing or not a string"),
        ('languages = ["en"]', 'languages = "en"', "copy/persona.toml: languages is missing or not a list of strings"),
        ('languages = ["en"]', "languages = []", "copy/persona.toml: languages is missing or not a list of strings"),
        ('id    = "delta-audit"', "id = 1", "copy/persona.toml: points[0] id is missing or not a string"),
        ('rules = ["TK8"]', "rules = 8", "copy/persona.toml: points[0] rules is missing or not a list of strings"),
        ('id    = "hidden-baseline"', 'id = "other"', "copy/points/4-other.md: missing"),
        ("[response]", "[other]", "copy/persona.toml: [response] is missing or not a table"),
        ("[phrases]", "[other]", "copy/persona.toml: [phrases] is missing or not a table"),
        ("max_words = 500", "max_words = 0", "copy/persona.toml: response max_words is missing or not a positive number"),
        ("max_words = 500", "max_words = true", "copy/persona.toml: response max_words is missing or not a positive number"),
        ('"twist"]', '"twist", "coda"]', "copy/response.md: no heading for part 'coda'"),
        ('venues    = "MLSys or ISCA"', "", "copy/persona.toml: response venues is missing or not a string"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert changed(tmp_path, "persona.toml", lambda t: t.replace(old, new, 1)) == message


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    message = changed(tmp_path, "persona.toml", lambda t: t + "\n[phrases\n")
    assert message.startswith("copy/persona.toml: ")
    assert "line" in message


def test_points_that_are_no_tables_are_named(tmp_path: Path) -> None:
    def flat(text: str) -> str:
        head, _, tail = text.partition("[response]")
        return 'points = ["delta-audit"]\n' + head.partition("[[points]]")[0] + "[response]" + tail

    assert changed(tmp_path, "persona.toml", flat) == "copy/persona.toml: points[0] is not a table"


def test_a_point_without_a_heading_is_named(tmp_path: Path) -> None:
    message = changed(tmp_path, "points/1-delta-audit.md", lambda t: t.lstrip("# "))
    assert message == "copy/points/1-delta-audit.md: does not begin with a heading"


def test_a_voice_without_its_list_is_named(tmp_path: Path) -> None:
    message = changed(tmp_path, "voice.md", lambda t: t.replace("## Never says", "## Says rarely"))
    assert message == "copy/voice.md: no heading 'Never says'"


def test_a_part_that_the_persona_does_not_have() -> None:
    with pytest.raises(PersonaError, match="no part 'coda'"):
        load().part("coda")
