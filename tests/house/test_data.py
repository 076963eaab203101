"""Facts are data: each with a source, none of them bare, doubled, or out of all proportion.

The catalogue of accelerators as it is read is held in tests/hwmodels/test_catalog.py; here are the
files themselves, so that a number which the reader overlooks is seen too.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hwmodels
import tanaka_persona
from hwmodels.units import to_base
from tanaka.rules.registry import RULES

from .tree import ROOT, files

HARDWARE = Path(hwmodels.__file__).parent / "data"
MODELS = {p.stem: p.read_text("utf-8") for p in sorted((HARDWARE / "models").glob("*.toml"))}
PARTS = {p.stem: p.read_text("utf-8") for p in sorted((HARDWARE / "accelerators").glob("*.toml"))}
LINKS = {p.stem: p.read_text("utf-8") for p in sorted((HARDWARE / "links").glob("*.toml"))}
SOURCES = tomllib.loads((HARDWARE / "sources.toml").read_text("utf-8"))
PERSONAS = sorted(p.parent.name for p in Path(tanaka_persona.__file__).parent.glob("*/persona.toml"))  # fmt: skip

# In base units.  Each range is so narrow that a slipped prefix falls out of it.
PLAUSIBLE = {
    "year": (2014, 2027),
    "node": (3e-9, 28e-9),
    "peak.fp64": (0.2e12, 0.19e15),
    "peak.fp32": (5e12, 0.3e15),
    "peak.tf32": (15e12, 5e15),
    "peak.fp16": (15e12, 10e15),
    "peak.bf16": (15e12, 10e15),
    "peak.fp8": (50e12, 20e15),
    "peak.int8": (20e12, 20e15),
    "peak.fp4": (50e12, 40e15),
    "memory.capacity": (8e9, 700e9),
    "memory.physical": (8e9, 700e9),
    "memory.bandwidth": (0.2e12, 20e12),
    "link.per_direction": (10e9, 2e12),
    "link.total": (20e9, 4e12),
    "power.tdp": (50, 4000),
    "clock.spec": (0.8e9, 3.2e9),
    "clock.max": (0.8e9, 3.5e9),
    "memory.reachable": (100e9, 10e12),
    "measured.fp64": (5e12, 0.2e15),
    "measured.tf32": (50e12, 3e15),
    "measured.bf16": (50e12, 3e15),
    "measured.fp16": (50e12, 3e15),
    "measured.fp8": (100e12, 6e15),
    "measured.bandwidth": (0.2e12, 20e12),
}
WAFERS = {
    "peak.fp16": (1e15, 200e15),
    "memory.capacity": (8e9, 400e9),
    "memory.reachable": (1e14, 1e16),
    "memory.bandwidth": (1e15, 100e15),
    "power.tdp": (1e3, 50e3),
}
ON_CHIP = {"memory.capacity": (50e6, 4e9), "memory.bandwidth": (5e12, 500e12)}
APART = {"wse-3": WAFERS, "groqchip-1": ON_CHIP}
"""Parts whose memory is on the chip, or that are a whole wafer: ranges of their own."""
SCALES = {"accumulate_16", "ports"}  # a ratio of two rates of one part; a count of adapters


def numbers(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table that holds a number, by its path; a bare number is one without a unit."""

    def walk(path: str, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(value, dict):
            if "value" in value:
                yield path, value
                return
            for key, inner in value.items():
                yield from walk(f"{path}.{key}" if path else key, inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(path, inner)
        elif isinstance(value, int | float) and not isinstance(value, bool) and path not in SCALES:
            yield path, {"value": value}

    yield from walk("", tomllib.loads(text))


def plausible(name: str, path: str) -> tuple[float, float]:
    """Range of a number of a part."""
    return APART.get(name, {}).get(path, PLAUSIBLE[path])


def faults(name: str, text: str) -> list[str]:
    """What is wrong with a file of the catalogue."""
    found = [] if tomllib.loads(text).get("id") == name else ["id is not the name of the file"]
    for path, entry in numbers(text):
        missing = [k for k in ("unit", "source", "verified") if k not in entry]
        if missing:
            found.append(f"{path} has no {missing[0]}")
            continue
        if entry["source"] not in SOURCES:
            found.append(f"{path} cites {entry['source']}, which sources.toml does not have")
        if path not in PLAUSIBLE:
            found.append(f"{path} has no range here")
            continue
        low, high = plausible(name, path)
        if not low <= to_base(float(entry["value"]), entry["unit"])[0] <= high:
            found.append(f"{path} is {entry['value']} {entry['unit']}")
        if "sparse" in entry and not 1.99 <= entry["sparse"] / entry["value"] <= 2.01:
            found.append(f"{path} is not half of its sparse figure")
    return found


@pytest.mark.parametrize("name", PARTS)
def test_a_part_has_no_fault(name: str) -> None:
    assert faults(name, PARTS[name]) == []


def test_a_slipped_prefix_is_seen_in_every_number_of_every_part() -> None:
    slips = 0
    for name, text in PARTS.items():
        for path, entry in numbers(text):
            low, high = plausible(name, path)
            value = to_base(float(entry["value"]), entry["unit"])[0]
            assert not low <= value * 1000 <= high, f"{name}: {path}"
            assert not low <= value / 1000 <= high, f"{name}: {path}"
            slips += 2
    assert slips > 500


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('id       = "h100-sxm5-80gb"', 'id       = "h100"', "id is not the name of the file"),
        ("[power]", "[power]\npeak = 800", "power.peak has no unit"),
        ("value = 3350,", "value = 3350000,", "memory.bandwidth is 3350000 GB/s"),
        (
            'value = 700, unit = "W", source = "nvidia-h100-datasheet"',
            'value = 700, unit = "W"',
            "power.tdp has no source",
        ),
        ("sparse = 1978.8", "sparse = 989.4", "peak.fp16 is not half of its sparse figure"),
    ],
)
def test_a_fault_is_named(old: str, new: str, fault: str) -> None:
    text = PARTS["h100-sxm5-80gb"]
    assert old in text
    assert fault in faults("h100-sxm5-80gb", text.replace(old, new))


def test_no_name_is_given_to_two_parts() -> None:
    """Spellings that differ only in case or in hyphens are one name."""
    given: Counter[str] = Counter()
    for text in PARTS.values():
        part = tomllib.loads(text)
        given.update({re.sub(r"[\s_-]", "", n.lower()) for n in (part["id"], *part["aliases"])})
    assert [n for n, count in given.items() if count > 1] == []


@pytest.mark.parametrize("name", MODELS)
def test_every_number_of_a_model_has_a_unit_and_a_source(name: str) -> None:
    found = list(numbers(MODELS[name]))
    assert len(found) > (3 if '= "vision"\n' in MODELS[name] else 6)
    for path, entry in found:
        assert {"unit", "source", "verified"} <= set(entry), path
        assert entry["source"] in SOURCES, path


def test_every_source_is_whole_and_is_cited() -> None:
    held = [*PARTS.values(), *LINKS.values(), *MODELS.values()]
    cited = {entry["source"] for text in held for _, entry in numbers(text)}
    assert cited == set(SOURCES)
    for key, source in SOURCES.items():
        assert set(source) == {"title", "full", "year"}, key
        assert 2010 <= source["year"] <= 2030, key


# --- personas ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_a_persona_is_whole(name: str) -> None:
    persona = tanaka_persona.load(name)
    assert persona.points and persona.parts and persona.never
    families = {r.code[:3] for r in RULES}
    for point in persona.points:
        assert point.text and len(point.text.split()) > 10, point.id
        assert all(re.fullmatch(r"TK\d{1,3}", r) for r in point.rules), point.id
    spoken = {prefix[:3] for point in persona.points for prefix in point.rules}
    assert families <= spoken, "findings of a family that no point of the persona looks at"


def test_the_default_persona_is_there() -> None:
    assert tanaka_persona.DEFAULT in PERSONAS


# --- all of it -----------------------------------------------------------------------------------


def test_every_toml_file_parses() -> None:
    names = [n for n in files() if n.endswith(".toml")]
    assert len(names) > 25
    for name in names:
        tomllib.loads((ROOT / name).read_text("utf-8"))
