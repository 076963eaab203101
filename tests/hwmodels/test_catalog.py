"""The catalogue: every number sourced and plausible, every name resolved to what it may mean."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import combinations

import pytest

from hwmodels.catalog import (
    Accelerator,
    Catalog,
    DataError,
    RateError,
    Sourced,
    accelerators,
    catalog,
    dense_peak,
    dense_peak_range,
    find,
    hard_peak,
    most_capacity,
    precision_name,
    read,
    read_sources,
    sources,
)
from hwmodels.models import models

DATA = files("hwmodels") / "data"
TEXTS = {p.name: p.read_text("utf-8") for p in (DATA / "accelerators").iterdir()}
PARTS = accelerators()
each = pytest.mark.parametrize("part", PARTS, ids=[p.id for p in PARTS])


def numbers(part: Accelerator) -> dict[str, Sourced]:
    """Every number of a part, by where it is."""
    found = {
        "year": part.year, "node": part.node, "capacity": part.capacity,
        "bandwidth": part.bandwidth, "link": part.link, "link_total": part.link_total,
        "tdp": part.tdp, "clock_spec": part.clock_spec, "clock_max": part.clock_max,
    }  # fmt: skip
    found |= {f"peak.{p}": v for p, v in part.peak.items()}
    return {k: v for k, v in found.items() if v is not None}


def only(name: str) -> Accelerator:
    (part,) = find(name)
    return part


# --- the data -----------------------------------------------------------------------------------


@each
def test_every_number_has_a_unit_and_a_source(part: Accelerator) -> None:
    for where, number in numbers(part).items():
        assert number.source in sources(), where
        assert number.unit, where


def test_every_source_is_cited() -> None:
    cited = {n.source for p in PARTS for n in numbers(p).values()}
    cited |= {m.published.source for m in models()}
    assert cited == set(sources())


@each
def test_the_file_has_the_name_of_the_part(part: Accelerator) -> None:
    assert tomllib.loads(TEXTS[f"{part.id}.toml"])["id"] == part.id


@each
def test_magnitudes_are_plausible(part: Accelerator) -> None:
    """Catches a slipped prefix, or bits for bytes."""
    assert 2014 <= part.year.value <= 2026
    assert part.node is not None and 3e-9 <= part.node.value <= 28e-9
    assert 10e9 <= part.label_bytes <= 300e9
    assert part.label_bytes < part.capacity.value <= 1.16 * part.label_bytes
    assert 250e9 <= part.bandwidth.value <= 10e12
    assert 50 <= part.tdp.value <= 1500
    assert 1e9 <= part.clock_spec.value <= part.clock_max.value <= 1.2 * part.clock_spec.value
    for precision, peak in part.peak.items():
        assert 0.2e12 <= peak.value <= 10e15, precision
    tensor = dense_peak([part], "fp16")
    assert tensor is not None
    assert 10 <= tensor.value / part.bandwidth.value <= 700, "ridge"
    assert 1e10 <= tensor.value / part.tdp.value <= 6e12, "FLOP/s per watt"


@each
def test_narrower_is_never_slower(part: Accelerator) -> None:
    order = [w for w in ("fp64", "fp32", "fp16", "fp8", "fp4") if w in part.peak]
    for wide, narrow in combinations(order, 2):
        assert part.peak[narrow].value >= part.peak[wide].value, (wide, narrow)
    if "bf16" in part.peak:
        assert part.peak["bf16"].value <= part.peak["fp16"].value
    if "tf32" in part.peak:
        assert part.peak["fp32"].value <= part.peak["tf32"].value <= part.peak["fp16"].value


@each
def test_sparse_is_twice_dense(part: Accelerator) -> None:
    for precision, peak in part.peak.items():
        if peak.sparse is not None:
            assert peak.sparse / peak.value == pytest.approx(2, rel=0.005), precision


@each
def test_both_directions_are_twice_one(part: Accelerator) -> None:
    assert (part.link is None) == (part.link_total is None)
    if part.link and part.link_total:
        assert part.link_total.value == pytest.approx(2 * part.link.value)


@pytest.mark.parametrize("family", sorted({p.family for p in PARTS}))
def test_a_pcie_card_is_never_above_its_module(family: str) -> None:
    cards = [p for p in PARTS if p.family == family and p.form == "PCIe"]
    modules = [p for p in PARTS if p.family == family and p.form.startswith("SXM")]
    for card in cards:
        for module in modules:
            for precision in card.peak:
                assert card.peak[precision].value <= module.peak[precision].value
            if card.label_bytes == module.label_bytes:
                assert card.bandwidth.value <= module.bandwidth.value
                assert card.tdp.value <= module.tdp.value


def test_rows_against_each_other() -> None:
    assert only("H200").bandwidth.value > only("H100 SXM").bandwidth.value
    assert only("H800").peak["bf16"].value == only("H100 SXM").peak["bf16"].value
    assert only("H800").link.value < only("H100 SXM").link.value  # type: ignore[union-attr]
    assert only("A800").peak["bf16"].value == only("A100-SXM4-80GB").peak["bf16"].value
    package, die = only("MI250X package"), only("MI250X GCD")
    for whole, half in (
        (package.peak["bf16"].value, die.peak["bf16"].value),
        (package.bandwidth.value, die.bandwidth.value),
        (package.label_bytes, die.label_bytes),
    ):
        assert whole == pytest.approx(2 * half)


# --- names --------------------------------------------------------------------------------------

A100 = ("a100-pcie-40gb", "a100-pcie-80gb", "a100-sxm4-40gb", "a100-sxm4-80gb")
A100_80 = ("a100-pcie-80gb", "a100-sxm4-80gb")
H100 = ("h100-nvl-94gb", "h100-pcie-80gb", "h100-sxm5-80gb")
V100 = ("v100-pcie-16gb", "v100-pcie-32gb", "v100-sxm2-16gb", "v100-sxm2-32gb")


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("A100", A100), ("A100s", A100), ("a100s", A100), ("NVIDIA A100 GPUs", A100),
        ("A100 Tensor Core GPU", A100), ("Ampere A100", A100),
        ("A100-80GB", A100_80), ("A100 80GB", A100_80), ("A100 (80 GB)", A100_80),
        ("A100-80G", A100_80), ("A100 80GiB", A100_80), ("a100_80gb", A100_80),
        ("A100 40GB", ("a100-pcie-40gb", "a100-sxm4-40gb")),
        ("A100-SXM", ("a100-sxm4-40gb", "a100-sxm4-80gb")),
        ("A100~SXM4", ("a100-sxm4-40gb", "a100-sxm4-80gb")),
        ("NVIDIA A100-SXM4-80GB", ("a100-sxm4-80gb",)), ("A100 80GB SXM", ("a100-sxm4-80gb",)),
        ("A100 PCI-E 40GB", ("a100-pcie-40gb",)), ("A100 80GB PCIe", ("a100-pcie-80gb",)),
        ("A100 80GB HBM2e SXM4", ("a100-sxm4-80gb",)),
        ("H100", H100), ("Hopper H100 GPUs", H100), ("H100 SXM5", ("h100-sxm5-80gb",)),
        ("H100-SXM", ("h100-sxm5-80gb",)), ("H100 80GB HBM3", ("h100-sxm5-80gb",)),
        ("H100 NVL", ("h100-nvl-94gb",)), ("H100-PCIe", ("h100-pcie-80gb",)),
        ("H100 80GB", ("h100-pcie-80gb", "h100-sxm5-80gb")),
        ("V100", V100), ("V100s", V100), ("V100-32GB", ("v100-pcie-32gb", "v100-sxm2-32gb")),
        ("Tesla V100-SXM2-16GB", ("v100-sxm2-16gb",)),
        ("V100 PCI Express", ("v100-pcie-16gb", "v100-pcie-32gb")),
        ("P100-12GB", ("p100-pcie-12gb",)), ("P100 SXM2", ("p100-sxm2-16gb",)),
        ("T4", ("t4-16gb",)), ("L4", ("l4-24gb",)), ("L40S", ("l40s-48gb",)),
        ("H200", ("h200-sxm5-141gb",)), ("H800", ("h800-sxm5-80gb",)), ("A800", ("a800-sxm4-80gb",)),
        ("B200", ("b200-sxm-180gb",)), ("B200 192GB", ("b200-sxm-180gb",)),
        ("RTX 4090", ("rtx-4090-24gb",)), ("RTX4090", ("rtx-4090-24gb",)),
        ("4090", ("rtx-4090-24gb",)), ("GeForce RTX 3090", ("rtx-3090-24gb",)),
        ("MI250X", ("mi250x-gcd", "mi250x-package")), ("AMD Instinct MI300X", ("mi300x",)),
    ],
)  # fmt: skip
def test_a_name_means_its_variants(name: str, ids: tuple[str, ...]) -> None:
    assert tuple(p.id for p in find(name)) == ids


@pytest.mark.parametrize(
    "name",
    ["", "GPU", "NVIDIA", "A10", "A10G", "A1000", "A100X", "DGX A100", "HGX H100", "A100 MIG",
     "H100-class", "GH200", "V100S", "V100S PCIe", "A100 16GB", "H100 SXM2", "L40", "L40s",
     "RTX 4090 Ti", "RTX 4090 Laptop", "RTX 4090D", "RTX 2080", "40900", "4", "L4 48GB", "T4G",
     "MI300", "MI300A", "H20", "B100", "B300", "TPU v4", "p4d.24xlarge"],
)  # fmt: skip
def test_another_thing_is_not_guessed(name: str) -> None:
    assert find(name) == ()


def test_every_part_is_found_by_its_name_its_id_and_its_aliases_alone() -> None:
    for part in PARTS:
        for name in (part.id, *part.aliases):
            assert find(name) == (part,), name
        if part.id != "mi250x-package":  # "MI250X" is its name, and also that of its half
            assert part in find(part.name) and len({p.form for p in find(part.name)}) == 1


def test_no_alias_is_given_twice() -> None:
    given = [a.lower() for p in PARTS for a in (p.id, *p.aliases)]
    assert len(given) == len(set(given))


# --- precisions and bounds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [("BF16", "bf16"), ("bfloat16", "bf16"), ("half precision", "fp16"), ("float16", "fp16"),
     ("FP-16", "fp16"), ("single-precision", "fp32"), ("TF32", "tf32"), ("E4M3", "fp8"),
     ("NVFP4", "fp4"), ("INT8", "int8"), ("double", "fp64"), ("half", "half"), ("fp12", ""), ("", "")],
)  # fmt: skip
def test_precision_names(text: str, name: str) -> None:
    assert precision_name(text) == name


@pytest.mark.parametrize(
    ("part", "precision", "tera"),
    [
        ("A100", "bf16", 312 * 1.02),
        ("A100", "fp32", 156 * 1.02),  # TF32 is printed as FP32
        ("A100", "fp64", 19.5 * 1.02),
        ("H100", "bf16", 1092), ("H100 SXM", "bf16", 1092), ("H100 PCIe", "bf16", 835),
        ("H100", "half", 1092),
        ("V100", "fp16", 133), ("P100", "fp32", 10.6 * 1.02),
        ("RTX 4090", "fp16", 165.2 * 2 * 1.25 * 1.02),  # 16-bit accumulation, overclocked
        ("RTX 4090", "bf16", 165.2 * 1.25 * 1.02),
    ],
)  # fmt: skip
def test_hard_peak(part: str, precision: str, tera: float) -> None:
    found = hard_peak(find(part), precision)
    assert found is not None and found.verified
    assert found.value == pytest.approx(tera * 1e12, rel=2e-3)
    assert found.part in find(part)


def test_the_ceiling_says_how_it_was_made() -> None:
    found = hard_peak(find("H100"), "bf16")
    assert found is not None
    assert found.text == "989.4 TFLOP/s × 1980/1830 MHz × 1.02"
    assert found.part.id == "h100-sxm5-80gb" and found.peak.source == "nvidia-h100-datasheet"


@each
def test_no_sound_rate_is_above_the_hard_peak(part: Accelerator) -> None:
    for precision, peak in part.peak.items():
        found = hard_peak([part], precision)
        assert found is not None
        clock = part.clock_max.value / part.clock_spec.value
        assert found.value >= 1.019 * peak.value * clock
        if peak.sparse and not part.consumer and precision != "fp32":
            assert found.value < peak.sparse, (
                "the sparse figure must stay above, or it is never told"
            )


def test_an_unverified_number_never_verifies_a_bound() -> None:
    nvl = hard_peak(find("H100 NVL"), "bf16")
    assert nvl is not None and nvl.peak.verified and not nvl.verified  # its clock was not checked
    l4 = hard_peak(find("L4"), "bf16")
    assert l4 is not None and not l4.verified


def test_a_bound_is_over_all_variants() -> None:
    assert dense_peak_range(find("H100"), "bf16") == (756e12, 989.4e12)
    assert dense_peak_range(find("A100"), "bf16") == (312e12, 312e12)
    assert most_capacity(find("A100")).value == 80 * 2**30  # type: ignore[union-attr]
    assert most_capacity(find("V100-32GB")).verified  # type: ignore[union-attr]


def test_no_rate_is_taken_from_another_precision() -> None:
    assert hard_peak(find("A100"), "fp8") is None and dense_peak(find("A100"), "fp8") is None
    assert dense_peak_range(find("V100"), "bf16") is None
    assert dense_peak(find("A100"), "") is None and hard_peak((), "bf16") is None
    assert most_capacity(()) is None
    with pytest.raises(RateError, match="V100 SXM2 16GB has no bf16 rate; it has fp16, fp32, fp64"):
        only("V100-SXM2-16GB").rate("bf16")
    assert only("T4").rate("half precision").value == 65e12


# --- files of a user ----------------------------------------------------------------------------

GOOD = TEXTS["a100-sxm4-80gb.toml"]


def test_an_overlay_adds_and_replaces() -> None:
    faster = GOOD.replace("value = 2039", "value = 3000")
    other = GOOD.replace('"a100-sxm4-80gb"', '"lab-x1"').replace('"A100"', '"LabX1"')
    both = catalog().overlaid(Catalog.from_texts({"a.toml": faster, "b.toml": other}))
    assert len(both.parts) == len(PARTS) + 1
    (replaced,) = both.find("A100-SXM4-80GB")
    assert replaced.bandwidth.value == pytest.approx(3e12)
    assert [p.id for p in both.find("LabX1 80GB")] == ["lab-x1"]
    assert find("LabX1") == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('family   = "A100"', "", "mine.toml: family is missing"),
        ('family   = "A100"', "family = 100", "mine.toml: family is not of type str"),
        ("value = 2039,", "", "mine.toml: memory.bandwidth.value is not a number"),
        ("value = 2039", "value = -1", "mine.toml: memory.bandwidth.value is not positive"),
        ("value = 2039, unit = \"GB/s\"", "value = 2039, unit = \"GB\"",
         "mine.toml: memory.bandwidth.unit is a unit of byte, not of byte/s"),
        ("value = 2039, unit = \"GB/s\"", "value = 2039, unit = \"GX/s\"",
         "mine.toml: memory.bandwidth.unit is wrong: unknown unit 'GX/s'"),
        ("value = 2039, unit = \"GB/s\", source = \"nvidia-a100-datasheet\"",
         "value = 2039, unit = \"GB/s\"", "mine.toml: memory.bandwidth.source is missing"),
        ("value = 2039, unit = \"GB/s\", source = \"nvidia-a100-datasheet\"",
         "value = 2039, unit = \"GB/s\", source = \"hearsay\"",
         "mine.toml: memory.bandwidth.source cites 'hearsay', which the bibliography does not have"),
        ("value = 400, unit = \"W\"", "value = 400, uint = 1, unit = \"W\"",
         "mine.toml: power.tdp.uint is not known"),
        ("bf16 =", "bf17 =", "mine.toml: peak.bf17 is not one of fp64"),
        ("sparse = 624", "sparse = true", "mine.toml: peak.fp16.sparse is not a number"),
        ("[power]", "[potatoes]", "mine.toml: power is not a table"),
        ("[memory]", "[memory", "mine.toml: "),
    ],
)  # fmt: skip
def test_bad_data_is_named_by_file_and_key(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(DataError) as caught:
        read("mine.toml", GOOD.replace(old, new))
    assert str(caught.value).startswith(says)


def test_every_number_of_a_file_needs_every_part() -> None:
    """Takes each key away from each number in turn."""
    whole = tomllib.loads(GOOD)
    tried = 0
    for table in ("peak", "memory", "link", "power", "clock"):
        for key, entry in whole[table].items():
            if not isinstance(entry, dict) or "value" not in entry:
                continue
            line = next(
                li for li in GOOD.splitlines() if li.replace(" ", "").startswith(f"{key}={{")
            )
            for part in ("unit", "source", "verified"):
                value = str(entry[part]).lower() if part == "verified" else f'"{entry[part]}"'
                written = f"{part} = {value}"
                poorer = GOOD.replace(line, line.replace(f", {written}", "", 1))
                assert poorer != GOOD, (key, part)
                with pytest.raises(DataError, match=rf"{key}\.{part} is missing"):
                    read("mine.toml", poorer)
                tried += 1
    assert tried == 3 * 13


def test_two_parts_with_one_id_are_refused() -> None:
    with pytest.raises(DataError, match=r"b\.toml: id 'a100-sxm4-80gb' is taken"):
        Catalog.from_texts({"a.toml": GOOD, "b.toml": GOOD})


def test_a_user_brings_a_bibliography() -> None:
    known = read_sources("s.toml", '[lab]\ntitle = "Lab"\nfull = "Lab notes"\nyear = 2025')
    part = read(
        "p.toml",
        GOOD.replace("nvidia-a100-datasheet", "lab").replace("nvidia-a100-whitepaper", "lab"),
        known,
    )
    assert part.bandwidth.source == "lab"
    with pytest.raises(DataError, match=r"s\.toml: lab\.year is missing"):
        read_sources("s.toml", '[lab]\ntitle = "Lab"\nfull = "Lab notes"')
    with pytest.raises(DataError, match=r"s\.toml: "):
        read_sources("s.toml", "[lab")
