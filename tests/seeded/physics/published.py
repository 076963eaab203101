"""Published measurements as sentences that must stay silent: rows of ``tests/hwmodels/published``.

Each row is real, and has its source; the words are ours, and take turns, so that every reader of
rates, budgets, footprints and collectives meets true numbers in several constructions.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from seeded.own import Statement

FOLDER = Path(__file__).resolve().parents[2] / "hwmodels" / "published"
_PARTS = {
    "a100-sxm4-40gb": "A100-SXM4-40GB", "a100-sxm4-80gb": "A100-SXM4-80GB", "h100-sxm5-80gb": "H100 SXM5", "h200-sxm5-141gb": "H200",
    "a10-24gb": "A10", "v100-sxm2-32gb": "V100-SXM2-32GB", "mi300x": "MI300X", "b200-sxm-180gb": "B200", "l40s-48gb": "L40S",
    "rtx-4090-24gb": "RTX 4090", "rtx-a6000-48gb": "RTX A6000",
}  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _grouped(value: float) -> str:
    return f"{value:,.0f}".replace(",", "{,}")


def _part(row: dict[str, str]) -> str:
    return _PARTS.get(row["part"], row["part"])


def _told(text: str, why: str, source: str) -> Statement:
    return Statement(text, why, "published.py", source)


def statements() -> list[Statement]:
    """Every row that has a sentence, with its source."""
    makers = (
        _training,
        _decoding,
        _collectives,
        _zero,
        _utilization,
        _megatron,
        _megascale,
        _days,
        _prefill,
        _caches,
    )
    return [s for make in makers for s in make()]  # fmt: skip


def _training() -> Iterator[Statement]:
    for i, row in enumerate(_rows("training_throughput")):
        n, rate, part = int(row["devices"]), float(row["tokens_per_second_per_device"]), _part(row)
        model = row["model"] if not row["model"].startswith("GPT ") else f"A dense {row['model'][4:]}-parameter GPT"  # fmt: skip
        whole, each = _grouped(n * rate), _grouped(rate)
        again = {"none": "nothing is recomputed", "full": "every layer is recomputed"}.get(row["recomputation"], "attention is recomputed")  # fmt: skip
        forms = (
            f"In BF16 on {n} {part} GPUs, {model} trains at {each} tokens/s per GPU with sequences of {row['sequence']} tokens; {again}.",
            f"{model} is trained on {n} {part} GPUs in BF16. The run sustains {whole} training tokens/s in total, {each} per GPU.",
            f"We measure {each} tokens per second on each of the {n} {part} GPUs when training {model} at a sequence length of {row['sequence']} in BF16 ({again}).",
            f"At this rate, {each} tokens/s per GPU on {n} {part} GPUs, {model} would see 1B tokens in {1e9 / n / rate / 60:.0f} minutes of BF16 training.",
        )
        yield _told(forms[i % len(forms)], "measured", row["source"])


def _decoding() -> Iterator[Statement]:
    widths = {2.0: "FP16", 1.0: "8-bit weights", 0.5: "4-bit weights"}
    for i, row in enumerate(_rows("decode_throughput")):
        width = float(row["weight_bytes"])
        fmt = widths.get(width, "4-bit weights and their scales" if width < 1 else "8-bit weights and their scales")  # fmt: skip
        n, batch, part = int(row["tensor"]), int(row["batch"]), _part(row)
        rate = float(row["tokens_per_second"])
        shown = f"{rate:.1f}" if rate < 1000 else _grouped(rate)
        on = f"one {part}" if n == 1 else f"{n} {part} GPUs"
        model = row["model"]
        forms = (
            f"At batch {batch}, {model} with {fmt} decodes at {shown} tokens/s on {on}.",
            f"With {fmt}, {model} generates {shown} tokens/s at batch size {batch} on {on}, for prompts of {row['prompt']} tokens and outputs of {row['output']}.",
            f"On {on}, decoding {model} with {fmt} at batch {batch} takes {1000 * batch / rate:.1f}\\,ms per token.",
        )
        yield _told(forms[i % len(forms)], "measured", row["source"])


def _collectives() -> Iterator[Statement]:
    parts = {"150": "V100", "300": "A100", "450": "H200", "900": "B200"}
    for i, row in enumerate(_rows("collective_rates")):
        n, nodes = int(row["devices"]), int(row["nodes"])
        payload, bus = float(row["payload"]), float(row["printed_bus_gb"])
        part = parts.get(row["link_gb"])
        if part is None or nodes != 1:
            continue
        size = payload / 2**20
        shown = f"{size:.0f}\\,MiB" if size < 1024 else f"{size / 1024:.0f}\\,GiB"
        seconds = 2 * (n - 1) / n * payload / (bus * 1e9)
        how = " with in-switch reduction (NVLS)" if row["in_network"] == "yes" else ""
        forms = (
            f"An all-reduce of {shown} over {n} {part} GPUs{how} takes {1000 * seconds:.2f}\\,ms over NVLink.",
            f"On {n} {part} GPUs the all-reduce reaches a bus bandwidth of {bus:.1f}\\,GB/s for messages of {shown}{how}.",
            f"Reducing {shown} among {n} {part} GPUs{how} lasts {1000 * seconds:.2f}\\,ms, a bus bandwidth of {bus:.1f}\\,GB/s.",
        )
        yield _told(forms[i % len(forms)], "measured with nccl-tests", row["source"])


def _zero() -> Iterator[Statement]:
    for row in _rows("zero_memory"):
        size, n, stage, held = float(row["billion_parameters"]), int(row["devices"]), int(row["stage"]), float(row["printed_gb"])  # fmt: skip
        if stage == 0 or size > 200:
            continue
        whole = 16 * size
        yield _told(
            f"With ZeRO-{stage} on {n} GPUs, the mixed-precision Adam state of a {size:g}B model takes {held:g}\\,GB per GPU instead of {whole:g}\\,GB, a saving of ${whole / held:.2f}\\times$.",
            "as published", row["source"],
        )  # fmt: skip


def _utilization() -> Iterator[Statement]:
    for i, row in enumerate(_rows("utilization")):
        part = {"312": "A100-SXM4-80GB", "989": "H100 SXM5"}.get(row["peak_tflops"])
        if part is None:
            continue
        n, rate, share = (
            int(row["devices"]),
            float(row["tokens_per_second"]),
            row["printed_percent"],
        )
        each = _grouped(rate / n)
        forms = (
            f"Trained in BF16 at a sequence length of {row['sequence']}, {row['model']} processes {each} tokens/s on each {part}, an MFU of {share}\\%.",
            f"{row['model']} reaches {each} tokens/s per {part} in BF16 training (MFU {share}\\%, attention counted, {row['sequence']} tokens a sequence).",
        )
        yield _told(forms[i % 2], "as published", row["source"])


_MEGATRON = (
    ("1.7", 32, 137, 44, 4.4), ("3.6", 64, 138, 44, 8.8), ("7.5", 128, 142, 46, 18.2), ("18.4", 256, 135, 43, 34.6),
    ("39.1", 512, 138, 44, 70.8), ("76.1", 1024, 140, 45, 143.8), ("145.6", 1536, 148, 47, 227.1), ("310.1", 1920, 155, 50, 297.4),
    ("529.6", 2520, 163, 52, 410.2), ("1008.0", 3072, 163, 52, 502.0),
)  # fmt: skip


def _megatron() -> Iterator[Statement]:
    """Narayanan et al., SC 2021, table 1, as our tests of the hardware model have it."""
    for size, n, each, share, whole in _MEGATRON:
        text = f"The {size}B-parameter GPT runs on {n} A100-SXM4-80GB at {each} TFLOP/s per GPU, {share}\\% of the theoretical peak, and at {whole} PFLOP/s in aggregate; activations are recomputed."
        yield _told(text, "as published", "Narayanan et al., Megatron-LM, SC 2021, table 1")


_MEGASCALE = ((256, 52.2, 65.3, 70.86), (512, 101.4, 63.5, None), (768, 150.7, 62.9, None), (1024, 197.9, 62.0, None))  # fmt: skip


def _megascale() -> Iterator[Statement]:
    """Jiang et al., NSDI 2024, table 2; only rows that our tests of the hardware model have."""
    known = {row["arguments"] for row in _rows("megascale")}
    for n, whole, share, days in _MEGASCALE:
        if f"R={whole}e15 n={n} P=312e12" not in known:
            continue
        text = f"On {n} A100 GPUs the 175B model trains at {whole} PFLOP/s in aggregate and an MFU of {share}\\%"
        text += f"; 300B tokens take {days} days." if days else "."
        yield _told(text, "as published", "Jiang et al., MegaScale, NSDI 2024, table 2")


def _days() -> Iterator[Statement]:
    for row in _rows("training_days"):
        size, tokens = float(row["parameters"]) / 1e9, float(row["tokens"]) / 1e9
        text = f"A {size:g}B model sees {tokens:g}B tokens on {_grouped(float(row['devices']))} A100-SXM4-80GB in {row['printed_days']} days, at {row['tflops']} TFLOP/s per GPU with activations recomputed."
        yield _told(text, "as published", row["source"])


def _prefill() -> Iterator[Statement]:
    for i, row in enumerate(_rows("prefill")):
        n, part, batch, prompt = int(row["tensor"]), _part(row), int(row["batch"]), int(row["prompt"])  # fmt: skip
        seconds = float(row["seconds"])
        on = f"one {part}" if n == 1 else f"{n} {part} GPUs"
        name = {"2": "FP16", "1": "FP8" if "h" in row["part"] else "INT8"}.get(row["weight_bytes"].removesuffix(".0"), "")  # fmt: skip
        if not name:
            continue
        forms = (
            f"The first token of {row['model']} in {name} comes after {1000 * seconds:.0f}\\,ms on {on} (batch {batch}, prompts of {prompt} tokens).",
            f"Prefill of {row['model']} in {name} runs at {_grouped(batch * prompt / seconds)} prompt tokens/s on {on}.",
        )
        yield _told(forms[i % 2], "measured", row["source"])


def _caches() -> Iterator[Statement]:
    for name, size in (("Qwen2.5-72B", "327.68\\,KB"), ("Llama-3.1-405B", "516.096\\,KB"), ("DeepSeek-V3", "70.272\\,KB")):  # fmt: skip
        yield _told(
            f"In BF16 the KV cache of {name} takes {size} per token.", "as published",
            "Zhao et al., Insights into DeepSeek-V3, ISCA 2025, table 1",
        )  # fmt: skip
    yield _told("A token of OPT-13B needs 800\\,KB of KV cache in FP16.", "KiB printed as KB", "Kwon et al., PagedAttention, SOSP 2023, section 3")  # fmt: skip
