"""``tanaka model``: formulas as commands, values with units, refusals, descriptions."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwmodels.formula import FORMULAS
from tanaka.cli.calculators import formulas, registry
from tanaka.cli.calculators.arguments import example, measure, nearest
from tanaka.cli.refused import Refused
from tanaka.views.calculation import scaled, shown, spread

from .conftest import Run

# -- a formula ----------------------------------------------------------------------------------

ROOFLINE = ("roofline-time", "F=2TFLOP", "P=312TFLOP/s", "B=6GB", "W=2TB/s")


def test_a_formula_is_shown_with_its_values_its_kind_and_its_source(tanaka: Run) -> None:
    ran = tanaka("model", *ROOFLINE)
    assert ran.status == 0
    assert ran.err == ""
    assert ran.out == (
        "Time of a kernel when compute and memory traffic overlap perfectly: 6.41 ms\n"
        "\n"
        "  T = max(F / P, B / W)\n"
        "    = max(2 TFLOP / 312 TFLOP/s, 6 GB / 2 TB/s)\n"
        "    = 6.41 ms\n"
        "\n"
        "  kind        bound: nothing real passes it\n"
        "  convention  perfect overlap; B crosses to memory: what a cache keeps is not\n"
        "              in it\n"
        "  source      Williams, Waterman, Patterson, Roofline, CACM 52(4), 2009\n"
    )


def test_a_formula_as_json(tanaka: Run) -> None:
    found = json.loads(tanaka("model", *ROOFLINE, "--output-format", "json").out)
    assert found["schema"] == "tanaka.model/1"
    assert found["model"] == "roofline-time"
    assert found["low"] == found["high"] == pytest.approx(2e12 / 312e12)
    assert (found["unit"], found["kind"]) == ("s", "bound")
    assert found["formula"] == "T = max(F / P, B / W)"
    assert found["source"].startswith("Williams")
    assert [(i["name"], i["low"], i["unit"]) for i in found["inputs"]] == [
        ("F", 2e12, "FLOP"), ("P", 312e12, "FLOP/s"), ("B", 6e9, "byte"), ("W", 2e12, "byte/s")
    ]  # fmt: skip
    assert found["terms"] == []


def test_a_range_gives_an_interval(tanaka: Run) -> None:
    ran = tanaka("model", "amdahl", "f=0.1..0.3", "s=10")
    assert "= 1.099 to 1.37\n" in ran.out
    found = json.loads(
        tanaka("model", "amdahl", "f=0.1..0.3", "s=10", "--output-format", "json").out
    )
    assert found["low"] == pytest.approx(1 / (0.9 + 0.01))
    assert found["high"] == pytest.approx(1 / (0.7 + 0.03))


def test_options_may_stand_anywhere(tanaka: Run) -> None:
    name, *rest = ROOFLINE
    wanted = tanaka("model", *ROOFLINE, "--output-format", "json")
    assert tanaka("model", "--output-format", "json", *ROOFLINE) == wanted
    assert tanaka("model", name, rest[0], "--output-format", "json", *rest[1:]) == wanted


def test_a_name_is_understood_with_underscores_and_capitals(tanaka: Run) -> None:
    assert tanaka("model", "Roofline_Time", *ROOFLINE[1:]) == tanaka("model", *ROOFLINE)


def test_every_formula_has_a_name_and_says_what_each_argument_is() -> None:
    named = formulas.named()
    ours = [f for f in FORMULAS if str(f.function.__module__).startswith("hwmodels.")]
    assert {id(f) for f in named.values()} == {id(f) for f in ours}
    for name, made in named.items():
        assert formulas.summary(made), name
        for argument in formulas.arguments(made):
            assert argument.help, (name, argument.name)


def test_every_formula_can_be_called_and_gives_what_it_computes(tanaka: Run) -> None:
    called = 0
    for name, made in formulas.named().items():
        values = {}
        for argument in made.args:
            low, high = made.domain.get(argument, (2.0, 8.0))
            values[argument] = low + (high - low) / 3 if low < 1 or high <= 1 else max(low, min(3.0, high))  # fmt: skip
        words = [
            f"{n}={v!r} {'' if made.unit_in[n] == '1' else made.unit_in[n]}"
            for n, v in values.items()
        ]
        try:
            wanted = made(**values)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue  # three is outside its validity: the next test is about that
        if isinstance(wanted, complex) or wanted != wanted:
            continue
        ran = tanaka("model", name, *words, "--output-format", "json")
        assert ran.status == 0, (name, ran.err)
        found = json.loads(ran.out)
        assert found["low"] == pytest.approx(wanted, rel=1e-9, abs=1e-300), name
        assert found["unit"] == made.unit_out
        called += 1
    assert called > 0.8 * len(formulas.named())


# -- refusals: one line, status 2 -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["rofline-time"], "rofline-time: no such model; did you mean roofline-time"),
        (["qqqq"], "qqqq: no such model; `tanaka model` lists all"),
        (["ridge", "P=312TFLOP", "W=2TB/s"], "P=312TFLOP: P is in FLOP/s, not in FLOP; try P=312TFLOP/s"),
        (["ridge", "P=3", "W=2TB/s"], "P=3: P is in FLOP/s; say which, as P=312TFLOP/s"),
        (["ridge", "P=3furlong", "W=2TB/s"], "no unit 'furlong' is known"),
        (["ridge", "P=fast", "W=2TB/s"], "P=fast: not a number"),
        (["ridge", "P=312TFLOP/s"], "ridge needs W (Memory bandwidth)"),
        (["ridge", "X=1", "P=312TFLOP/s", "W=2TB/s"], "X: ridge has no such argument; it takes P, W"),
        (["ridge", "P=1TFLOP/s", "P=1TFLOP/s", "W=2TB/s"], "P: given twice"),
        (["ridge", "312TFLOP/s"], "not of the form NAME=VALUE; ridge takes P, W"),
        (["amdahl", "f=0.3..0.1", "s=2"], "the range runs from 0.3 down to 0.1"),
        (["amdahl-limit", "f=1"], "divide by zero"),
        (["young-interval", "C=60s", "M=10s"], "young-interval: a job that fails before its checkpoint"),
        (["ridge", "P=312TFLOP/s", "W=2TB/s", "--svg", "x.svg"], "--svg: ridge has no drawing"),
        (["roofline", "part=V100", "precision=bf16"], "has no bf16 rate; it has fp16, fp32, fp64"),
        (["part", "A1000"], "A1000: no such part"),
        (["part", "a100-sxm4-80gbb"], "did you mean a100-sxm4-80gb"),
        (["shape", "llama-2-7"], "llama-2-7: no such model; did you mean llama-2-7"),
        (["memory", "devices=8"], "memory needs a model or N"),
        (["memory", "N=7B", "devices=6", "pp=4"], "not a multiple of tp x pp = 4"),
        (["memory", "N=7B", "recipe=adam"], "recipe=adam: one of mixed-adam-16"),
        (["memory", "N=7B", "zero=4"], "zero=4: a stage from 0 to 3"),
        (["memory", "N=7B", "sequence=2k"], "activations need the shape of a model"),
        (["memory", "N=7B", "devices=1.5"], "devices=1.5: takes a whole number"),
        (["allreduce", "devices=8", "size=1GB"], "allreduce needs bandwidth, or a part"),
        (["allreduce", "devices=8", "size=1GB", "bandwidth=1GB/s", "nodes=2"], "nodes and network go together"),
        (["allreduce", "devices=8", "size=1GB", "bandwidth=1GB/s", "nodes=3", "network=1GB/s"], "not a multiple of nodes = 3"),
        (["compression", "devices=8", "size=1GB", "ratio=2"], "needs encode"),
        (["memory", "model=deepseek-v3", "sequence=4096"], "leave out sequence"),
        (["memory", "model=llama-2-7b", "ep=2"], "ep: needs a model with experts"),
        (["allreduce", "devices=1", "size=1GB", "bandwidth=1GB/s"], "a whole number from 2 on"),
        (["training", "N=7B", "part=A100", "tokens=1T", "mfu=0.4", "tp=8"], "tp: counts where the step is estimated"),
        (["training", "model=llama-2-7b", "part=A100", "tokens=1T", "sequence=2k", "devices=8", "tp=3"], "not a multiple of tp x pp x cp = 3"),
        (["compression", "devices=8", "size=1GB", "ratio=1", "encode=1ms"], "ratio: how many times smaller"),
        (["failures", "nodes=9", "mtbf=10s", "write=600s"], "young_interval: a job that fails"),
        (["roofline", "part=A100", "points=a:b:c"], "is not LABEL:INTENSITY"),
        (["--svg", "x.svg"], "--svg: name a model"),
    ],
)  # fmt: skip
def test_bad_usage_is_one_line(tanaka: Run, words: list[str], line: str) -> None:
    ran = tanaka("model", *words)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith("tanaka: ")
    assert ran.err.count("\n") == 1
    assert line in ran.err


def test_an_unknown_option_is_refused(tanaka: Run) -> None:
    ran = tanaka("model", *ROOFLINE, "--loud")
    assert ran.status == 2
    assert "unrecognized arguments: --loud" in ran.err


def test_a_folder_that_is_not_there(tanaka: Run, tmp_path: Path) -> None:
    ran = tanaka("model", "roofline", "part=A100", "--svg", tmp_path / "gone" / "x.svg")
    assert ran.status == 2
    assert ran.err.count("\n") == 1


# -- values with units ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("2TFLOP", "FLOP", 2e12),
        ("5EFLOP", "FLOP", 5e18),
        ("1e9B", "byte", 1e9),
        ("80GiB", "byte", 80 * 2**30),
        ("312TFLOPS", "FLOP/s", 312e12),
        ("7B", "parameter", 7e9),
        ("7B", "byte", 7.0),
        ("300e9", "token", 3e11),
        ("2T", "token", 2e12),
        ("64k", "1", 64e3),
        ("40%", "1", 0.4),
        ("1,024", "1", 1024.0),
        ("3 days", "s", 3 * 86400.0),
        ("10minutes", "s", 600.0),
        ("2years", "s", 2 * 365.25 * 86400),
        ("$2/h", "USD/s", 2 / 3600),
        ("16B/parameter", "byte/parameter", 16.0),
    ],
)
def test_a_value_in_its_base_unit(typed: str, unit: str, value: float) -> None:
    found = measure("x", typed, unit)
    assert found.low == found.high == pytest.approx(value)


@pytest.mark.parametrize("typed", ["10..20GB", "10GB..20GB", "10 GB..20 GB"])
def test_the_unit_of_a_range_may_stand_once(typed: str) -> None:
    assert (measure("S", typed, "byte").low, measure("S", typed, "byte").high) == (10e9, 20e9)


def test_an_example_of_every_unit_is_read() -> None:
    for made in FORMULAS:
        for unit in made.unit_in.values():
            assert measure("x", example(unit), unit).low > 0


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_measure_or_refused(typed: str) -> None:
    for unit in ("byte", "1", "s"):
        try:
            assert measure("x", typed, unit).low <= measure("x", typed, unit).high
        except Refused as error:
            assert "x=" in str(error)


@settings(max_examples=200)
@given(
    st.floats(1e-9, 1e24),
    st.sampled_from(["byte", "byte/s", "FLOP/s", "s", "W", "1", "token/s", "parameter"]),
)
def test_what_is_shown_is_the_value_to_its_digits(value: float, unit: str) -> None:
    one, name = scaled(value, unit)
    number, _, printed = shown(value, unit).partition(" ")
    back = float(number.replace(",", ""))
    if printed == name:  # a value that rounds up to the next prefix has another
        assert back * one == pytest.approx(value, rel=6e-4)
    assert spread(value, value, unit) == shown(value, unit)


def test_near_names_are_suggested_and_far_ones_are_not() -> None:
    assert nearest("roofline-tme", ["roofline-time", "ridge"]) == "did you mean roofline-time?"
    assert nearest("allreduce", ["ring-allreduce-bytes", "ridge"]) == "did you mean ring-allreduce-bytes?"  # fmt: skip
    assert nearest("xyz", ["roofline-time"]) == ""


# -- the list and the descriptions ----------------------------------------------------------------


def test_the_list_names_every_model_and_every_formula(tanaka: Run) -> None:
    ran = tanaka("model")
    assert ran.status == 0
    assert ran == tanaka("model", "--help")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.out.isascii()
    first = {
        line.split()[0] for line in ran.out.splitlines() if line.startswith("  ") and line[2] != " "
    }
    assert {c.name for c in registry.models()} | set(formulas.named()) <= first
    listed = json.loads(tanaka("model", "--output-format", "json").out)
    assert {f["name"] for f in listed["formulas"]} == set(formulas.named())


def test_a_description_has_units_domain_and_source(tanaka: Run) -> None:
    ran = tanaka("model", "young-interval", "--help")
    assert ran.status == 0
    assert ran == tanaka("model", "young-interval")
    assert "usage: tanaka model young-interval ARGUMENT=VALUE ..." in ran.out
    assert "  C  s  Time that training waits for one checkpoint\n" in ran.out
    assert "formula     T = sqrt(2 * C * M)" in ran.out
    assert "holds for   C < 2 * M: a job that fails before its checkpoint" in ran.out
    assert "source      Young," in ran.out


@pytest.mark.parametrize("name", [*registry._MODELS, "train", "collective"])
def test_every_model_has_a_description_with_an_example_that_runs(tanaka: Run, name: str) -> None:
    page = tanaka("model", name, "--help")
    assert page.status == 0
    assert page.out.isascii()
    assert max(map(len, page.out.splitlines())) <= 80
    found = registry.find(name)
    assert found.example
    ran = tanaka("model", name, *found.example)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.isascii()
    assert max(map(len, ran.out.splitlines())) <= 80
    document = json.loads(tanaka("model", name, *found.example, "--output-format", "json").out)
    assert document["model"] == found.name
    assert document["rows"]


@pytest.mark.parametrize(
    "name", ["memory", "decode", "roofline", "compression", "straggler", "failures"]
)
def test_a_model_is_drawn_into_a_file(tanaka: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / "figure.svg"
    assert tanaka("model", name, *registry.find(name).example, "--svg", file).status == 0
    text = file.read_text("utf-8")
    assert ET.fromstring(text).tag.endswith("svg")
    assert len(text.encode()) < 70_000


# -- its start ------------------------------------------------------------------------------------


def test_the_models_need_neither_numpy_nor_the_engine() -> None:
    code = "import sys; from tanaka.cli.main import main; main(sys.argv[1:]); print(sorted(m for m in ('numpy', 'tanaka.analysis') if m in sys.modules))"
    for words in (ROOFLINE, ("memory", "N=7B")):
        done = subprocess.run(
            [sys.executable, "-c", code, "model", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]"
