"""Personas load, are whole, and say which file and which key is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import tanaka_persona
from tanaka.rules.registry import RULES
from tanaka_persona import DEFAULT, Persona, PersonaError, load
from tanaka_persona.plans import PlanError, read_plans

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


def test_the_one_honest_line_is_a_phrase(persona: Persona) -> None:
    assert persona.phrases["nothing"].endswith(".")
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
    "file",
    ["persona.toml", "system.md", "voice.md", "response.md", "plans.md", "points/1-delta-audit.md"],
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


# -- sentence plans -----------------------------------------------------------------------------


def test_the_parts_and_the_families_have_plans(persona: Persona) -> None:
    rules = {p.rule for p in persona.plans}
    assert {"MIRROR", "GAP", "STRESS", "WALK", "SURVIVE", "TWIST", "ANY"} <= rules
    assert {f"{f}xx" for f in FAMILIES - {"TK9"}} <= rules, "the document itself has no voice"


def test_a_plan_is_read_with_its_verdicts_its_note_and_its_repair() -> None:
    plan = next(p for p in load().plans if p.id == "TK101 B")
    assert plan.verdicts == ("implausible",)
    assert plan.when == "a reading or a rounding saves it"
    assert plan.say == "{a} to {b} is {ratio}. Your {claim} [{line}] holds only if {excuse}."
    assert plan.then == "Write the unrounded operands beside the factor."


def test_the_formula_of_survival_is_there_once(persona: Persona) -> None:
    said = [p.id for p in persona.plans if "to survive" in p.say + p.then]
    assert said == ["SURVIVE A"]


PLAN = "## TK101\n\n### A impossible: both known\n\n{a} is not {b}.\n\n> Print it.\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## TK101", "## Rule", "Rule: neither a rule, a family, nor a part"),
        ("## TK101", "## TK101\n\nSome words.", "TK101: text before its first plan"),
        ("### A impossible", "### first", "TK101 first: both known: not a letter, its verdicts and a note"),
        ("impossible", "certain", "TK101 A: no verdict 'certain'"),
        ("{a} is not {b}.", "", "TK101 A: says nothing"),
        ("{a}", "{a b}", "TK101 A: not a slot: '{a b}"),
        ("{b}.", "{b}. ⟦{c}.", "TK101 A: an optional clause that is not closed"),
        ("{b}.", "{b}⟧.", "TK101 A: an optional clause that was not opened"),
        ("{b}.", "{b} ⟦⟦{c}⟧⟧.", "TK101 A: one optional clause inside another"),
        ("{b}.", "{b} ⟦and more⟧.", "TK101 A: an optional clause without a slot"),
        ("{b}.", "{b} ms.", "TK101 A: the unit 'ms' behind {b}"),
        ("{b}.", "{b}%.", "TK101 A: the unit '%' behind {b}"),
        ("{b}.", "{b}x faster.", "TK101 A: the unit 'x' behind {b}"),
        ("{b}.", "{b} times faster.", "TK101 A: the unit 'times faster' behind {b}"),
        ("{b}.", "it ⟦by {b} GB⟧.", "TK101 A: the unit 'GB' behind {b}"),
        ("> Print it.", "", "TK101 A: an attack without its repair"),
        ("> Print it.", "> Why?", "TK101 A: a repair ends in a full stop and asks nothing"),
        ("> Print it.", "> Print it", "TK101 A: a repair ends in a full stop and asks nothing"),
        ("### A impossible", "### A open", "TK101 A: what is open ends in a question"),
        ("### A impossible: both known\n\n{a} is not {b}.", "### W\n\nIs {a} {b}?", "TK101 W: a step of a walk-through asks nothing"),
        ("### A impossible", "### N", "TK101 N: a need is a clause, without a full stop"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plan_is_named(old: str, new: str, message: str) -> None:
    assert read_plans(PLAN)[0].id == "TK101 A"
    with pytest.raises(PlanError) as error:
        read_plans(PLAN.replace(old, new, 1))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("text", ["", PLAN + PLAN, PLAN + "\n### A\n\nAgain.\n\n> Again.\n"])
def test_no_plan_and_the_same_plan_twice_are_named(text: str) -> None:
    with pytest.raises(PlanError, match=r"no plan|twice"):
        read_plans(text)


def test_a_wrong_plan_is_named_with_its_file(tmp_path: Path) -> None:
    message = changed(tmp_path, "plans.md", lambda t: t.replace("{ratio}", "{ratio} GB", 1))
    assert message == "copy/plans.md: TK101 A: the unit 'GB' behind {ratio}"
