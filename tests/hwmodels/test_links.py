"""Links: rates in bits and bytes that agree, names resolved to what they may mean."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from hwmodels.catalog import DataError, accelerators, find, read_sources, sources
from hwmodels.links import (
    KINDS,
    Link,
    find_link,
    host_link,
    links,
    links_from_texts,
    read_link,
    scale_up_link,
)

TEXTS = {p.name: p.read_text("utf-8") for p in (files("hwmodels") / "data" / "links").iterdir()}
each = pytest.mark.parametrize("link", links(), ids=[x.id for x in links()])


def by_id(id: str) -> Link:
    return next(x for x in links() if x.id == id)


# --- the data -----------------------------------------------------------------------------------


def test_the_survey_is_covered() -> None:
    kinds = [x.kind for x in links()]
    assert len(kinds) == len(TEXTS) >= 32
    assert set(kinds) == set(KINDS)
    assert {x.generation for x in links() if x.technology == "NVLink"} == set("123456")
    assert {x.generation for x in links() if x.technology == "PCIe"} == set("3456")
    assert {x.generation for x in links() if x.technology == "InfiniBand"} == {"EDR", "HDR", "NDR", "XDR"}  # fmt: skip
    assert sum(x.technology == "EFA" for x in links()) == 5


@each
def test_every_number_has_a_unit_and_a_source(link: Link) -> None:
    for number in (link.line, link.per_direction, link.total):
        assert number is None or number.source in sources()
    assert f"{link.id}.toml" in TEXTS
    assert (link.per_direction.unit, link.total.unit) == ("byte/s", "byte/s")
    assert link.line is None or link.line.unit == "bit/s"


@each
def test_both_directions_are_twice_one(link: Link) -> None:
    assert link.total.value == pytest.approx(2 * link.per_direction.value)


@each
def test_no_more_bytes_arrive_than_bits_are_sent(link: Link) -> None:
    """Networks are named without their encoding, so that nothing is lost to it; others with."""
    if link.line is None:
        assert link.kind == "device"
        return
    whole = link.line.value / 8
    if link.kind in ("network", "node"):
        assert link.per_direction.value == pytest.approx(whole)
    else:
        assert 0.93 * whole < link.per_direction.value < whole


@each
def test_magnitudes_are_plausible(link: Link) -> None:
    """Catches a slipped prefix, and bits that stand for bytes."""
    low, high = {"device": (50e9, 2e12), "host": (10e9, 200e9), "network": (3e9, 150e9), "node": (40e9, 1e12)}[link.kind]  # fmt: skip
    assert low <= link.per_direction.value <= high
    assert 1 <= link.ports <= 32 and (link.ports == 1 or link.kind == "node")


@pytest.mark.parametrize(
    ("id", "gigabytes"),
    [
        ("nvlink-1", 80), ("nvlink-2", 150), ("nvlink-3", 300), ("nvlink-4", 450), ("nvlink-5", 900),
        ("nvlink-6", 1800), ("nvlink-c2c", 450), ("pcie-3.0-x16", 15.75), ("pcie-4.0-x16", 31.5),
        ("pcie-5.0-x16", 63), ("pcie-6.0-x16", 121), ("infiniband-edr", 12.5), ("infiniband-hdr", 25),
        ("infiniband-ndr", 50), ("infiniband-xdr", 100), ("ethernet-25g", 3.125), ("ethernet-100g", 12.5),
        ("ethernet-400g", 50), ("ethernet-800g", 100), ("efa-v1-p4d", 50), ("efa-v2-p5", 400),
        ("efa-v3-p5en", 400), ("efa-v4-p6-b200", 400), ("efa-v4-p6-b300", 800), ("dgx-a100-network", 200),
        ("dgx-h100-network", 400), ("dgx-b300-network", 800), ("gcp-a3-high", 100), ("gcp-a3-mega", 200),
        ("slingshot-11", 25),
    ],
)  # fmt: skip
def test_bytes_in_one_direction(id: str, gigabytes: float) -> None:
    """Vendors print NVLink and PCIe both ways together; networks one way, and in bits."""
    assert by_id(id).per_direction.value == pytest.approx(gigabytes * 1e9, rel=1e-3)


def test_a_node_has_as_much_as_its_ports() -> None:
    for node, ports, port in (
        ("dgx-a100-network", 8, "infiniband-hdr"), ("dgx-h100-network", 8, "infiniband-ndr"),
        ("dgx-b300-network", 8, "infiniband-xdr"), ("efa-v2-p5", 32, "ethernet-100g"),
        ("efa-v3-p5en", 16, "ethernet-200g"), ("efa-v4-p6-b300", 16, "ethernet-400g"),
        ("gcp-a3-mega", 8, "ethernet-200g"),
    ):  # fmt: skip
        assert by_id(node).ports == ports
        assert by_id(node).per_direction.value == pytest.approx(ports * by_id(port).per_direction.value)  # fmt: skip


# --- names --------------------------------------------------------------------------------------

IB = ("infiniband-edr", "infiniband-hdr", "infiniband-ndr", "infiniband-xdr")
PCIE = ("pcie-3.0-x16", "pcie-4.0-x16", "pcie-5.0-x16", "pcie-6.0-x16")
NVLINK = tuple(f"nvlink-{n}" for n in range(1, 7))


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("InfiniBand", IB), ("IB", IB), ("Mellanox InfiniBand network", IB), ("HDR InfiniBand", IB[1:2]),
        ("InfiniBand HDR", IB[1:2]), ("HDR", IB[1:2]), ("200 Gb/s HDR", IB[1:2]), ("200Gbps InfiniBand", IB[1:2]),
        ("InfiniBand HDR 4x", IB[1:2]), ("HDR200", IB[1:2]), ("InfiniBand NDR400", IB[2:3]), ("400G NDR", IB[2:3]),
        ("100 Gbit/s EDR InfiniBand", IB[:1]), ("25 GB/s InfiniBand", IB[:2]),
        ("8x200 Gb/s HDR InfiniBand", ("dgx-a100-network",)), ("8 × 400 Gbps InfiniBand", ("dgx-h100-network",)),
        ("DGX A100", ("dgx-a100-network",)), ("DGX H100 network", ("dgx-h100-network",)),
        ("NVLink", NVLINK), ("NVLinks", NVLINK), ("NVLink 4", ("nvlink-4",)), ("NVLink4", ("nvlink-4",)),
        ("NVLink 4.0", ("nvlink-4",)), ("NVLink v3", ("nvlink-3",)), ("4th-gen NVLink", ("nvlink-4",)),
        ("third-generation NVLink", ("nvlink-3",)), ("NVIDIA NVLink-5", ("nvlink-5",)),
        ("600 GB/s NVLink", ("nvlink-3",)), ("300 GB/s NVLink", ("nvlink-2", "nvlink-3")),
        ("1.8 TB/s NVLink", ("nvlink-5", "nvlink-6")), ("NVLink-C2C", ("nvlink-c2c",)),
        ("PCIe", PCIE), ("PCIe 4.0", PCIE[1:2]), ("PCIe 4.0 x16", PCIE[1:2]), ("PCIe Gen4", PCIE[1:2]),
        ("PCIe Gen 5 x16", PCIE[2:3]), ("PCI Express 3.0", PCIE[:1]), ("PCI-e 6", PCIE[3:]),
        ("32 GB/s PCIe", PCIE[:2]), ("32 GB/s PCIe 4.0", PCIE[1:2]), ("64 GB/s PCIe 5.0", PCIE[2:3]),
        ("100GbE", ("ethernet-100g",)), ("25 GbE", ("ethernet-25g",)), ("100 Gigabit Ethernet", ("ethernet-100g",)),
        ("400 Gb/s RoCE v2", ("ethernet-400g",)), ("100 Gbps Ethernet", ("ethernet-100g",)),
        ("EFA v2", ("efa-v2-p5",)), ("AWS EFA P5en", ("efa-v3-p5en",)), ("400 Gbps EFA", ("efa-v1-p4d",)),
        ("3.2 Tbps EFA", ("efa-v2-p5", "efa-v3-p5en", "efa-v4-p6-b200")),
        ("Elastic Fabric Adapter v4", ("efa-v4-p6-b200", "efa-v4-p6-b300")),
        ("GPUDirect-TCPX", ("gcp-a3-high",)), ("A3 Mega", ("gcp-a3-mega",)), ("Slingshot 11", ("slingshot-11",)),
        ("HPE Slingshot-11 interconnect", ("slingshot-11",)),
    ],
)  # fmt: skip
def test_a_name_means_its_links(name: str, ids: tuple[str, ...]) -> None:
    assert tuple(x.id for x in find_link(name)) == ids


@pytest.mark.parametrize(
    "name",
    ["", "4", "x16", "200 Gb/s", "900 GB/s", "network", "interconnect", "HDR100", "QDR InfiniBand", "10GbE",
     "10 Gb/s Ethernet", "200 Gb/s EDR", "400 GB/s NVLink", "NVLink 7", "NVLink bridge", "PCIe 4.0 x8", "PCIe 2.0",
     "NVSwitch", "Infinity Fabric", "CXL", "Slingshot 10", "EFA v5", "4x200 Gb/s HDR", "16x400 Gb/s InfiniBand",
     "70 GB/s Ethernet", "InfiniBand over Ethernet", "UPI"],
)  # fmt: skip
def test_another_thing_is_not_guessed(name: str) -> None:
    assert find_link(name) == ()


def test_bits_are_not_bytes() -> None:
    """400 Gb/s is a port; 400 GB/s are eight of them, or eight of the half both ways."""
    assert [x.id for x in find_link("400 Gb/s InfiniBand")] == ["infiniband-ndr"]
    assert {x.id for x in find_link("400 GB/s InfiniBand")} == {"dgx-a100-network", "dgx-h100-network"}  # fmt: skip


@each
def test_every_link_is_found_by_its_name_its_id_and_its_aliases(link: Link) -> None:
    for name in (link.id, link.name, *link.aliases):
        assert find_link(name) == (link,), name


# --- of a part ----------------------------------------------------------------------------------


def test_links_of_a_part() -> None:
    (part,) = find("H100 SXM")
    up, host = scale_up_link(part), host_link(part)
    assert up is not None and host is not None
    assert (up.id, host.id) == ("nvlink-4", "pcie-5.0-x16")
    assert up.per_direction.value == part.link.value  # type: ignore[union-attr]
    (cut,) = find("H800")
    assert scale_up_link(cut) == up
    assert cut.link.value < up.per_direction.value  # type: ignore[union-attr]
    (card,) = find("T4")
    assert scale_up_link(card) is None
    assert sum(scale_up_link(p) is not None for p in accelerators()) > 15


# --- files of a user ----------------------------------------------------------------------------

GOOD = TEXTS["infiniband-hdr.toml"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind       = "network"', 'kind = "wireless"', "mine.toml: kind is not one of device, host"),
        ('kind       = "network"', "", "mine.toml: kind is missing"),
        ('technology =', 'tech =', "mine.toml: tech is not known; known are id, name, technology"),
        ('unit = "Gbit/s"', 'unit = "GB/s"', "mine.toml: rate.line.unit is a unit of byte/s, not of bit/s"),
        ('value = 25, unit = "GB/s"', 'value = 25, unit = "Gbit/s"',
         "mine.toml: rate.per_direction.unit is a unit of bit/s, not of byte/s"),
        ('value = 25, unit = "GB/s", source = "ml-engineering"', 'value = 25, unit = "GB/s"',
         "mine.toml: rate.per_direction.source is missing"),
        ('value = 25, unit = "GB/s"', 'value = 25', "mine.toml: rate.per_direction.unit is missing"),
        ("[rate]", "[rates]", "mine.toml: rates is not known"),
        ("total         =", "both =", "mine.toml: rate.both is not known; known are line"),
        ('["InfiniBand", "IB", "HDR200"]', "[]", "mine.toml: called is empty"),
    ],
)  # fmt: skip
def test_bad_data_is_named_by_file_and_key(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(DataError) as caught:
        read_link("mine.toml", GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(says)


def test_links_of_texts() -> None:
    known = read_sources("s.toml", '[lab]\ntitle = "Lab"\nfull = "Lab notes"\nyear = 2025')
    mine = re.sub(r'source = "[^"]*"', 'source = "lab"', GOOD).replace('"infiniband-hdr"', '"lab-net"')  # fmt: skip
    (link,) = links_from_texts({"mine.toml": mine}, known)
    assert (link.id, link.per_direction.source) == ("lab-net", "lab")
    with pytest.raises(DataError, match=r"b\.toml: id 'infiniband-hdr' is taken"):
        links_from_texts({"a.toml": GOOD, "b.toml": GOOD})
