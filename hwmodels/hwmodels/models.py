"""Public language models from TOML files: their shapes, each number with its source.

A name as authors write it resolves to one model or to none.  Parameters are computed from the
shape; the published count is kept beside it and tested against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hwmodels.catalog import Fields, Source, Sourced
from hwmodels.decode import kv_bytes_per_position, read_parameters
from hwmodels.transformer import dense_decoder_parameters, gated_decoder_parameters

CONVENTIONS = ("gated", "dense")
"""Feed-forward with a gate and no biases (Llama), or of 4h with biases (GPT)."""


@dataclass(frozen=True, slots=True)
class Model:
    """Shape of a published decoder-only model.

    Attributes
    ----------
    id, name : str
    aliases : tuple of str
        Spellings that name and punctuation do not make.
    convention : str
        One of `CONVENTIONS`.
    layers, hidden, heads, kv_heads, head_size, feed_forward, vocabulary : Sourced
        [1]
    positions : Sourced or None
        Rows of a learned table of positions.
    experts, active : Sourced or None
        Feed-forward blocks of a layer, and how many of them a token goes through.
    tied : bool
        Whether the output layer is the input embedding.
    query_bias : bool
        Whether queries, keys and values have a bias.
    published : Sourced
        Parameters as printed, or of the published checkpoint [parameter].
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    convention: str
    layers: Sourced
    hidden: Sourced
    heads: Sourced
    kv_heads: Sourced
    head_size: Sourced
    feed_forward: Sourced
    vocabulary: Sourced
    positions: Sourced | None
    experts: Sourced | None
    active: Sourced | None
    tied: bool
    query_bias: bool
    published: Sourced

    @property
    def dense(self) -> bool:
        """Whether every token goes through every weight."""
        return self.experts is None

    @property
    def verified(self) -> bool:
        """Whether every number of the shape was found in its source."""
        return all(s.verified for s in self._shape())

    @property
    def parameters(self) -> float:
        """All parameters, from the shape [parameter]."""
        return self._counted(self.experts.value if self.experts else 1.0)

    @property
    def active_parameters(self) -> float:
        """Parameters that one token goes through [parameter]."""
        return self._counted(self.active.value if self.active else 1.0)

    @property
    def looked_up_rows(self) -> float:
        """Rows of tables that decoding looks up and does not read."""
        rows = 0.0 if self.tied else self.vocabulary.value
        return rows + (self.positions.value if self.positions else 0.0)

    @property
    def read(self) -> float:
        """Parameters that a pass over one sequence reads [parameter]."""
        return read_parameters(self.active_parameters, self.looked_up_rows, self.hidden.value)

    def kv_bytes(self, width: float) -> float:
        """Cache of one position with elements of a width [byte/token].

        Parameters
        ----------
        width : float
            [byte].
        """
        return kv_bytes_per_position(
            self.layers.value, self.kv_heads.value, self.head_size.value, width
        )

    def _counted(self, experts: float) -> float:
        l, h, V = self.layers.value, self.hidden.value, self.vocabulary.value  # noqa: E741
        if self.convention == "dense":
            return dense_decoder_parameters(
                l, h, V, self.positions.value if self.positions else 0.0
            )
        wide = experts * self.feed_forward.value
        k, d = self.kv_heads.value, self.head_size.value
        count = gated_decoder_parameters(l, h, k, d, wide, V, 1.0 if self.tied else 2.0)
        if self.experts is not None:
            count += l * h * self.experts.value  # the router
        if self.query_bias:
            count += l * (self.heads.value * d + 2 * k * d)
        return count

    def _shape(self) -> tuple[Sourced, ...]:
        held = (
            self.layers, self.hidden, self.heads, self.kv_heads, self.head_size,
            self.feed_forward, self.vocabulary, self.positions, self.experts, self.active,
        )  # fmt: skip
        return tuple(s for s in held if s is not None)


def read_model(name: str, text: str, known: Mapping[str, Source] | None = None) -> Model:
    """Model of a TOML text.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    text : str
    known : mapping, optional
        Bibliography; the package's own by default.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing or cannot be read.
    """
    top = Fields.of(name, text, known)
    shape = top.table("shape")
    convention = top.get("convention", str)
    if convention not in CONVENTIONS:
        raise top.error("convention", f"is not one of {', '.join(CONVENTIONS)}")
    return Model(
        id=top.get("id", str),
        name=top.get("name", str),
        aliases=tuple(str(a) for a in top.get("aliases", list)),
        convention=convention,
        layers=shape.sourced("layers", "1"),
        hidden=shape.sourced("hidden", "1"),
        heads=shape.sourced("heads", "1"),
        kv_heads=shape.sourced("kv_heads", "1"),
        head_size=shape.sourced("head_size", "1"),
        feed_forward=shape.sourced("feed_forward", "1"),
        vocabulary=shape.sourced("vocabulary", "1"),
        positions=shape.maybe("positions", "1"),
        experts=shape.maybe("experts", "1"),
        active=shape.maybe("active", "1"),
        tied=top.get("tied", bool),
        query_bias=top.get("query_bias", bool, False),
        published=top.sourced("parameters", "parameter"),
    )


@cache
def models() -> tuple[Model, ...]:
    """Every model of the package, by id."""
    from importlib.resources import files

    folder = files("hwmodels") / "data" / "models"
    found = [
        read_model(p.name, p.read_text("utf-8"))
        for p in folder.iterdir()
        if p.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda m: m.id))


# Endings of a checkpoint's name that leave its shape as it is.
_TUNED = re.compile(r"(?:chat|instruct|base|hf|it|v0\.[123])$")


@cache
def find_model(name: str) -> Model | None:
    """The model that a name means; None where it is not known.

    "Llama 2 7B", "LLaMA2-7B-chat" and "Llama-2-7b-hf" are one.
    """
    squashed = _squashed(name)
    while (shorter := _TUNED.sub("", squashed)) != squashed:
        squashed = shorter
    return _by_name().get(squashed)


@cache
def _by_name() -> dict[str, Model]:
    return {_squashed(n): m for m in models() for n in (m.id, m.name, *m.aliases)}


def _squashed(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower().replace("×", "x"))
