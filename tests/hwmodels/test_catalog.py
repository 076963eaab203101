"""The catalogue: every number sourced and plausible, every name resolved to what it may mean."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

import hwmodels
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
    spellings,
    with_user_parts,
)
from hwmodels.links import host_link, links, scale_up_link

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
        "reachable": part.reachable,
    }  # fmt: skip
    found |= {f"peak.{p}": v for p, v in part.peak.items()}
    found |= {f"measured.{p}": v for p, v in part.measured.items()}
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


def test_every_part_cites_the_bibliography() -> None:
    """The package reads its own files without it; what it would have said is said here."""
    for name, text in TEXTS.items():
        assert read(name, text) == next(p for p in PARTS if f"{p.id}.toml" == name)


def test_the_survey_is_covered() -> None:
    """Parts of every vendor and generation, by variant."""
    assert len(PARTS) >= 51
    assert {p.vendor for p in PARTS} == {"NVIDIA", "AMD", "Google", "AWS", "Intel", "Cerebras", "Groq"}  # fmt: skip
    families = {p.family for p in PARTS}
    for family in ("P100", "V100", "T4", "A10", "A100", "A800", "H100", "H800", "H200", "H20", "GH200", "B100",
                   "B200", "GB200", "B300", "GB300", "L4", "L40", "L40S", "RTX 3090", "RTX 4090", "RTX 5090",
                   "RTX A6000", "MI100", "MI250X", "MI300X", "MI325X", "MI355X", "TPU v2", "TPU v3", "TPU v4",
                   "TPU v5e", "TPU v5p", "TPU v6e", "TPU7x", "Trainium", "Gaudi2", "Gaudi3", "WSE-3",
                   "GroqChip"):  # fmt: skip
        assert family in families, family


@each
def test_the_file_has_the_name_of_the_part(part: Accelerator) -> None:
    assert tomllib.loads(TEXTS[f"{part.id}.toml"])["id"] == part.id


@each
def test_magnitudes_are_plausible(part: Accelerator) -> None:
    """Catches a slipped prefix, or bits for bytes."""
    assert 2014 <= part.year.value <= 2026
    assert part.node is None or 3e-9 <= part.node.value <= 28e-9
    assert part.label_bytes < part.capacity.value <= 1.16 * part.label_bytes
    if part.tdp is not None and part.form != "wafer":
        assert 50 <= part.tdp.value <= 3500
    if part.clock_spec is not None and part.clock_max is not None:
        assert 0.9e9 <= part.clock_spec.value <= part.clock_max.value <= 1.2 * part.clock_spec.value
    for precision, peak in part.peak.items():
        assert 0.2e12 <= peak.value <= 2e17, precision
    fastest = max(p.value for p in part.peak.values())
    if part.memory != "SRAM":
        assert 10e9 <= part.label_bytes <= 600e9
        assert 250e9 <= part.bandwidth.value <= 16e12
        assert 10 <= part.rate(sixteen(part)).value / part.bandwidth.value <= 700, "ridge"
    if part.tdp is not None:
        assert 1e10 <= part.rate(sixteen(part)).value / part.tdp.value <= 6e12, "FLOP/s per watt"
        assert fastest / part.tdp.value <= 2e13


def sixteen(part: Accelerator) -> str:
    """The 16-bit format that a part is built for."""
    return max((w for w in ("fp16", "bf16") if w in part.peak), key=lambda w: part.peak[w].value)


@each
def test_narrower_is_never_slower(part: Accelerator) -> None:
    """Except for a format that a part has beside the one that it is built for."""
    order = [w for w in ("fp64", "fp32", sixteen(part), "fp8", "fp4") if w in part.peak]
    for wide, narrow in combinations(order, 2):
        assert part.peak[narrow].value >= part.peak[wide].value, (wide, narrow)
    if "tf32" in part.peak:
        assert part.peak["fp32"].value <= part.peak["tf32"].value <= part.rate(sixteen(part)).value


@each
def test_what_was_measured_is_below_the_peak(part: Accelerator) -> None:
    """Far above half of it: a measurement that is not is of something else."""
    for key, measured in part.measured.items():
        peak = part.bandwidth if key == "bandwidth" else part.peak[key]
        assert 0.5 * peak.value < measured.value < peak.value, key
        assert len(measured.conditions) > 20, key
        if key != "bandwidth":
            ceiling = hard_peak([part], key)
            assert ceiling is not None and measured.value < ceiling.value


def test_measured_matmul_rates() -> None:
    """The rates that a survey of attainable matrix products gives."""
    assert only("A100-SXM4-80GB").measured["bf16"].value == pytest.approx(271.2e12)
    assert only("MI300X").measured["bf16"].value == pytest.approx(668.4e12)
    assert only("Gaudi2").measured["bf16"].conditions.startswith("matmul 14336x15360x2048")
    assert sum("bf16" in p.measured for p in PARTS) >= 13
    assert not only("T4").measured


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


@each
def test_the_links_of_a_part_are_those_of_the_catalogue(part: Accelerator) -> None:
    """A part may have fewer of them (a bridge, a part for export), and two GPUs have twice as many."""
    link = scale_up_link(part)
    assert (link is None) == (part.link_id == "")
    if link is not None and part.link is not None:
        most = (2 if part.form == "superchip" and part.family.startswith("GB") else 1) * link.per_direction.value  # fmt: skip
        assert 0.1 * most < part.link.value <= most * 1.001
        if part.form.startswith("SXM") and part.family not in ("A800", "H800"):
            assert part.link.value == pytest.approx(most)
    assert (host_link(part) is None) == (part.pcie in ("", "none"))


def test_every_link_of_a_part_exists() -> None:
    known = {x.id for x in links()}
    assert {p.link_id for p in PARTS} - {""} <= known
    assert {p.link_id for p in PARTS} >= {f"nvlink-{n}" for n in range(1, 6)}


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
    chip, two = only("GB200 186GB"), only("GB200 superchip")
    assert two.peak["bf16"].value == pytest.approx(2 * chip.peak["bf16"].value)
    assert two.label_bytes == pytest.approx(2 * chip.label_bytes)
    assert only("TPU v3 board").label_bytes == pytest.approx(4 * only("TPU v3 chip").label_bytes)
    assert only("H20").bandwidth.value > only("H100 SXM").bandwidth.value
    assert only("H20").peak["bf16"].value < 0.16 * only("H100 SXM").peak["bf16"].value
    assert only("MI100").peak["bf16"].value == pytest.approx(only("MI100").peak["fp16"].value / 2)
    assert only("Gaudi3").peak["fp8"].value == only("Gaudi3").peak["bf16"].value
    assert only("L40S").peak["bf16"].value == pytest.approx(2 * only("L40").peak["bf16"].value, rel=1e-3)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "precision", "dense", "trap"),
    [
        ("A100-SXM4-80GB", "bf16", 312, 624), ("H100 SXM", "bf16", 989.4, 1978.8),
        ("H100 PCIe", "bf16", 756, 1513), ("L4", "bf16", 121, 242), ("L40S", "bf16", 362, 733),
        ("RTX 5090", "fp16", 209.5, 838), ("B100", "bf16", 1750, 3500), ("MI355X", "fp8", 5033.2, 10066.4),
        ("RTX A6000", "bf16", 154.85, 309.7), ("GB200 186GB", "bf16", 2500, 5000),
        ("Gaudi3", "bf16", 1677, 1835), ("Trainium2", "bf16", 667, 2563), ("MI250X GCD", "bf16", 191.5, 383),
        ("TPU v2 chip", "bf16", 46, 180), ("H100 NVL", "bf16", 835, 1671), ("MI100", "bf16", 92.3, 184.6),
    ],
)  # fmt: skip
def test_a_dense_peak_is_not_the_figure_that_is_taken_for_it(
    name: str, precision: str, dense: float, trap: float
) -> None:
    """The sparse figure, that of the pair, the package or the board, or that of a planned clock."""
    assert only(name).rate(precision).value == pytest.approx(dense * 1e12)
    assert trap > 1.05 * dense


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
        ("A10", ("a10-24gb",)), ("A10s", ("a10-24gb",)), ("A10 24GB", ("a10-24gb",)), ("H20", ("h20-96gb",)),
        ("L40", ("l40-48gb",)), ("L40s", ("l40-48gb", "l40s-48gb")), ("L40 48GB", ("l40-48gb",)),
        ("GH200", ("gh200-144gb", "gh200-96gb")), ("GH200 144GB", ("gh200-144gb",)),
        ("GH200 Grace Hopper Superchip", ("gh200-144gb", "gh200-96gb")), ("GH200 141GB", ("gh200-144gb",)),
        ("B100", ("b100-sxm-192gb",)), ("B300", ("b300-sxm-288gb",)), ("Blackwell Ultra B300", ("b300-sxm-288gb",)),
        ("GB200", ("gb200-186gb", "gb200-superchip")), ("GB200 superchips", ("gb200-superchip",)),
        ("GB200 192GB", ("gb200-186gb",)), ("GB300", ("gb300-288gb", "gb300-superchip")),
        ("RTX 5090", ("rtx-5090-32gb",)), ("RTX A6000", ("rtx-a6000-48gb",)), ("A6000", ("rtx-a6000-48gb",)),
        ("A6000 48GB", ("rtx-a6000-48gb",)), ("MI100", ("mi100-32gb",)), ("MI325X", ("mi325x",)),
        ("AMD MI355X GPUs", ("mi355x",)), ("TPU v4", ("tpu-v4",)), ("TPUv4", ("tpu-v4",)), ("TPU-v4", ("tpu-v4",)),
        ("Cloud TPU v4 chips", ("tpu-v4",)), ("TPU v3", ("tpu-v3-board", "tpu-v3-chip")),
        ("TPU v3 chip", ("tpu-v3-chip",)), ("TPUv2", ("tpu-v2-board", "tpu-v2-chip")),
        ("Google Cloud TPU v5e", ("tpu-v5e",)), ("TPU v5 lite", ("tpu-v5e",)), ("TPU v5p", ("tpu-v5p",)),
        ("TPUv5es", ("tpu-v5e",)), ("TPU v6e", ("tpu-v6e",)), ("Trillium", ("tpu-v6e",)), ("TPU7x", ("tpu-v7x",)),
        ("Ironwood", ("tpu-v7x",)), ("TPU v7", ("tpu-v7x",)), ("Trainium", ("trainium1", "trainium2")),
        ("AWS Trainium2", ("trainium2",)), ("Trainium 1", ("trainium1",)), ("Gaudi2", ("gaudi2",)),
        ("Intel Gaudi 3", ("gaudi3",)), ("Habana Gaudi2", ("gaudi2",)), ("Cerebras WSE-3", ("wse-3",)),
        ("WSE3", ("wse-3",)), ("Groq LPU", ("groqchip-1",)), ("GroqChip", ("groqchip-1",)),
    ],
)  # fmt: skip
def test_a_name_means_its_variants(name: str, ids: tuple[str, ...]) -> None:
    assert tuple(p.id for p in find(name)) == ids


@pytest.mark.parametrize(
    "name",
    ["", "GPU", "NVIDIA", "A10G", "A1000", "A100X", "DGX A100", "HGX H100", "A100 MIG", "A2", "A30", "A40",
     "H100-class", "V100S", "V100S PCIe", "A100 16GB", "H100 SXM2", "L40G", "L20", "H2", "H2O", "H20 141GB",
     "RTX 4090 Ti", "RTX 4090 Laptop", "RTX 4090D", "RTX 2080", "40900", "4", "L4 48GB", "T4G", "A10 48GB",
     "MI300", "MI300A", "MI355", "B1000", "GB200 NVL72", "GB200 tray", "DGX GB200", "GH200 NVL2", "6000",
     "RTX 6000 Ada", "A6000 Ada", "RTX 6000", "TPU", "TPU v4i", "TPU v3-8", "TPU v4-128", "TPU v3 core",
     "TPU v4 pod", "TPU v5", "Edge TPU", "Trainium3", "Gaudi", "Gaudi HLS", "CS-3", "WSE-2", "WSE", "LPU",
     "p4d.24xlarge", "trn1.32xlarge"],
)  # fmt: skip
def test_another_thing_is_not_guessed(name: str) -> None:
    assert find(name) == ()


def test_every_part_is_found_by_its_name_its_id_and_its_aliases_alone() -> None:
    for part in PARTS:
        for name in (part.id, *part.aliases):
            assert find(name) == (part,), name
        if part.id != "mi250x-package":  # "MI250X" is its name, and also that of its half
            assert part in find(part.name) and len({p.form for p in find(part.name)}) == 1


def test_the_names_on_disk_are_those_of_the_files() -> None:
    """`make docs` writes them; a name then costs the files that it may mean, not all."""
    assert spellings() == tuple(p.spelling for p in PARTS)
    kept = json.loads((DATA / "names.json").read_text("utf-8"))
    assert [row[0] for row in kept] == [p.id for p in PARTS]


def test_a_name_is_looked_up_without_reading_other_parts() -> None:
    program = (
        "import hwmodels.catalog as c\n"
        "assert len(c.find('A100')) == 4\n"
        "assert c.catalog.cache_info().currsize == 0\n"
        "assert c._part.cache_info().currsize == 4\n"
        "assert c.sources.cache_info().currsize == 0\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          env={"PYTHONPATH": str(Path(hwmodels.__file__).parent.parent)})  # fmt: skip
    assert done.returncode == 0, done.stderr


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
        clock = 1.0
        if part.clock_max is not None and part.clock_spec is not None:
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


@each
def test_without_a_known_clock_nothing_is_proven(part: Accelerator) -> None:
    """A printed peak assumes a clock; where the part may run faster, a rate may pass it."""
    for precision in part.peak:
        found = hard_peak([part], precision)
        assert found is not None
        if part.clock_spec is None or part.clock_max is None:
            assert not found.verified
            if precision != "fp32":  # which may be printed for TF32
                assert found.value == pytest.approx(1.02 * part.peak[precision].value)


def test_memory_that_a_part_reaches_counts_against_a_proof() -> None:
    """State on a GH200 may be in the memory of its processor; weights stream to a wafer."""
    (part,) = find("GH200 96GB")
    held = most_capacity([part])
    assert held is not None and part.reachable is not None
    assert part.capacity.value == 96 * 2**30
    assert held.value == part.capacity.value + part.reachable.value > 575e9
    assert most_capacity(find("WSE-3")).value > 1e15  # type: ignore[union-attr]
    assert most_capacity(find("GroqChip")).value == 230 * 2**20  # type: ignore[union-attr]


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


@each
def test_a_rate_that_a_part_lacks_is_an_error_that_lists_those_it_has(part: Accelerator) -> None:
    for precision in ("fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4", ""):
        if precision in part.peak:
            assert part.rate(precision) == part.peak[precision]
            continue
        with pytest.raises(RateError) as caught:
            part.rate(precision)
        assert str(caught.value).endswith("it has " + ", ".join(part.peak))
    lacks = {"V100-SXM2-16GB": "bf16", "A100-SXM4-80GB": "fp8", "T4": "bf16", "MI250X GCD": "fp8", "Gaudi2": "fp16"}  # fmt: skip
    for name, precision in lacks.items():
        assert precision not in only(name).peak


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


def test_what_a_user_adds_lies_over_the_catalogue_and_later_layers_win() -> None:
    lab = GOOD.replace('"a100-sxm4-80gb"', '"lab-x1"').replace('"A100"', '"LabX1"')
    slow, fast = (lab.replace("value = 2039", f"value = {v}") for v in (1000, 3000))
    known = '[lab]\ntitle = "Lab"\nfull = "Lab notes"\nyear = 2025'
    cited = slow.replace("nvidia-a100-datasheet", "lab")
    for layers, bandwidth in (([{"a.toml": slow}, {"b.toml": fast}], 3e12), ([{"b.toml": fast}, {"a.toml": cited}], 1e12)):  # fmt: skip
        (part,) = with_user_parts(*layers, bibliography=known).find("LabX1")
        assert part.bandwidth.value == pytest.approx(bandwidth)
    assert with_user_parts().parts == PARTS
    assert len(with_user_parts({"a.toml": fast}).parts) == len(PARTS) + 1
    uncited = fast.replace('3000, unit = "GB/s", source = "nvidia-a100-datasheet"', '3000, unit = "GB/s", source = "lab"')  # fmt: skip
    with pytest.raises(DataError, match=r"mine/x\.toml: memory\.bandwidth\.source cites 'lab'"):
        with_user_parts({"mine/x.toml": uncited})
    with pytest.raises(DataError, match=r"bibliography: lab\.full is missing"):
        with_user_parts({}, bibliography='[lab]\ntitle = "Lab"')
    assert find("LabX1") == () and len(catalog().parts) == len(PARTS)


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
        ("bf16 =", "bf17 =", "mine.toml: peak.bf17 is not known; known are fp64"),
        ("sparse = 624", "sparse = true", "mine.toml: peak.fp16.sparse is not a number"),
        ("[power]", "[potatoes]", "mine.toml: potatoes is not known; known are id, name"),
        ("[power]", "[memory.more]\nvalue = 1\n[power]", "mine.toml: memory.more is not known; known are type"),
        ("[power]", "[power]\npeak = 1", "mine.toml: power.peak is not known; known are tdp"),
        ("vendor   =", "maker =", "mine.toml: maker is not known"),
        ('aliases  = []', 'aliases  = [""]', "mine.toml: aliases has '', which is not a word"),
        ('aliases  = []', 'aliases  = [80]', "mine.toml: aliases has 80, which is not a word"),
        ('unit = "W"', 'unit = "J"', "mine.toml: power.tdp.unit is a unit of J, not of W"),
        ('unit = "MHz"', 'unit = "s"', "mine.toml: clock.spec.unit is a unit of s, not of 1/s"),
        ('value = 624, sparse = 1248, unit = "TOP/s"', 'value = 624, unit = "TFLOP/s"',
         "mine.toml: peak.int8.unit is a unit of FLOP/s, not of op/s"),
        ('value = 300, unit = "GB/s"', 'value = 300, unit = "Gbit/s"',
         "mine.toml: link.per_direction.unit is a unit of bit/s, not of byte/s"),
        (', conditions = "matmul', ', nothing = "matmul', "mine.toml: measured.bf16.nothing is not known"),
        ('bf16 = { value = 271.2', 'bf17 = { value = 271.2', "mine.toml: measured.bf17 is not known"),
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
    for table in ("peak", "measured", "memory", "link", "power", "clock"):
        for key, entry in whole[table].items():
            if not isinstance(entry, dict) or "value" not in entry:
                continue
            line = next(
                li for li in GOOD.splitlines()
                if li.replace(" ", "").startswith(f"{key}={{") and f"value = {entry['value']:g}," in li
            )  # fmt: skip
            for part in ("unit", "source", "verified"):
                value = str(entry[part]).lower() if part == "verified" else f'"{entry[part]}"'
                written = f"{part} = {value}"
                poorer = GOOD.replace(line, line.replace(f", {written}", "", 1))
                assert poorer != GOOD, (key, part)
                with pytest.raises(DataError, match=rf"{key}\.{part} is missing"):
                    read("mine.toml", poorer)
                tried += 1
    assert tried == 3 * 14


def test_two_parts_with_one_id_are_refused() -> None:
    with pytest.raises(DataError, match=r"b\.toml: id 'a100-sxm4-80gb' is taken"):
        Catalog.from_texts({"a.toml": GOOD, "b.toml": GOOD})


def test_a_user_brings_a_bibliography() -> None:
    known = read_sources("s.toml", '[lab]\ntitle = "Lab"\nfull = "Lab notes"\nyear = 2025')
    part = read(
        "p.toml",
        re.sub(r'source = "[^"]*"', 'source = "lab"', GOOD),
        known,
    )
    assert part.bandwidth.source == "lab"
    with pytest.raises(DataError, match=r"s\.toml: lab\.year is missing"):
        read_sources("s.toml", '[lab]\ntitle = "Lab"\nfull = "Lab notes"')
    with pytest.raises(DataError, match=r"s\.toml: "):
        read_sources("s.toml", "[lab")
