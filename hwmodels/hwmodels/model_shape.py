"""The shape of a published decoder-only model, and what follows from it.

Parameters are added up from attention, blocks, norms and tables (`hwmodels.parameters`), those of
a token from the experts that it goes through, the cache from the kind of attention.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from hwmodels.decode import kv_bytes_per_position, read_parameters
from hwmodels.kv_cache import latent_kv_bytes_per_position, windowed_kv_bytes
from hwmodels.parameters import (
    attention_parameters,
    expert_block_parameters,
    feed_forward_parameters,
    latent_attention_parameters,
    latent_key_value_parameters,
)
from hwmodels.provenance import Sourced

CONVENTIONS = ("gated", "dense")
"""Feed-forward with a gate (Llama), or without (GPT)."""

BIASES = ("query-key-value", "output", "feed-forward", "head")
"""Matrices that a bias may stand beside: of attention, of the feed-forward, of the logits."""

NORMS = ("attention", "attention-out", "feed-forward", "feed-forward-out", "both")
"""Where a layer may have a norm: before a block, behind it, or one before both in parallel."""

VECTORS = {"root-mean-square": 1, "layer": 2, "layer without bias": 1, "without weights": 0}
"""Vectors that a norm learns, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Shape of a published decoder-only model.

    Attributes
    ----------
    id, name : str
    aliases : tuple of str
        Spellings that name and punctuation do not make.
    convention : str
        One of `CONVENTIONS`.
    layers, hidden, heads, vocabulary : Sourced
        [1]
    kv_heads : Sourced
        As many as heads without sharing, and under latent attention.
    head_size : Sourced
        Of a query and a key; under latent attention the part that is not rotated.
    feed_forward : Sourced
        Width of a dense block; of an expert where every layer has experts and no other width is
        given.
    positions : Sourced or None
        Rows of a learned table of positions.
    context : Sourced or None
        Longest sequence that the model was published for.
    window, windowed_layers : Sourced or None
        Positions that a layer looks back, and the layers that look no further.
    experts, active : Sourced or None
        Routed feed-forward blocks of a layer, and how many of them a token goes through.
    shared : Sourced or None
        Experts that every token goes through.
    expert_width : Sourced or None
        Width of an expert, where dense layers have another.
    dense_layers : Sourced or None
        Layers without experts.
    query_rank, key_value_rank, rotary_size, value_size : Sourced or None
        Of multi-head latent attention.
    tied : bool
        Whether the output layer is the input embedding.
    biases : tuple of str
        Among `BIASES`.
    norms : tuple of str
        Norms of a layer, among `NORMS`.
    norm : str
        "root-mean-square", "layer" (a weight and a bias), "layer without bias", "without weights".
    head_norms, embedding_norm : bool
        Whether queries and keys of a head, and the input embedding, are normalised.
    relative : bool
        Whether each layer projects relative positions (Transformer-XL, Gopher, Chinchilla).
    published : Sourced
        Parameters as printed, or of the published checkpoint [parameter].
    published_active : Sourced or None
        Those of a token, as printed [parameter].
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
    context: Sourced | None
    window: Sourced | None
    windowed_layers: Sourced | None
    experts: Sourced | None
    active: Sourced | None
    shared: Sourced | None
    expert_width: Sourced | None
    dense_layers: Sourced | None
    query_rank: Sourced | None
    key_value_rank: Sourced | None
    rotary_size: Sourced | None
    value_size: Sourced | None
    tied: bool
    biases: tuple[str, ...]
    norms: tuple[str, ...]
    norm: str
    head_norms: bool
    embedding_norm: bool
    relative: bool
    published: Sourced
    published_active: Sourced | None

    @property
    def dense(self) -> bool:
        """Whether every token goes through every weight."""
        return self.experts is None

    @property
    def latent(self) -> bool:
        """Whether keys and values are cached as a latent vector."""
        return self.key_value_rank is not None

    @property
    def uniform(self) -> bool:
        """Whether all layers are alike, with plain attention and experts of one width.

        What takes a model by layers, hidden size, heads and one width holds for these alone.
        """
        return not self.latent and not (self.shared or self.dense_layers or self.expert_width)

    @property
    def verified(self) -> bool:
        """Whether every number of the shape was found in its source."""
        return all(s.verified for s in self.shape())

    @property
    def matrices(self) -> int:
        """Matrices of a feed-forward block."""
        return 3 if self.convention == "gated" else 2

    @property
    def norm_vectors(self) -> int:
        """Vectors of the hidden size that the norms of a layer learn."""
        return len(self.norms) * VECTORS[self.norm]

    @property
    def parameters(self) -> float:
        """All parameters, from the shape [parameter]."""
        return self._counted(_value(self.experts))

    @property
    def active_parameters(self) -> float:
        """Parameters that one token goes through, routers and both tables counted [parameter]."""
        return self._counted(_value(self.active))

    @property
    def looked_up_rows(self) -> float:
        """Rows of tables that decoding looks up and does not read."""
        rows = 0.0 if self.tied else self.vocabulary.value
        return rows + _value(self.positions)

    @property
    def table_rows(self) -> float:
        """Rows of all tables: of the input, of positions, and of the output where it is apart."""
        return (1 if self.tied else 2) * self.vocabulary.value + _value(self.positions)

    @property
    def read(self) -> float:
        """Parameters that a pass over one sequence reads [parameter]."""
        return read_parameters(self.active_parameters, self.looked_up_rows, self.hidden.value)

    @property
    def score_size(self) -> float:
        """Size of a head's query and key, the rotated part included."""
        return self.head_size.value + _value(self.rotary_size)

    @property
    def weighed_size(self) -> float:
        """Size of a head's value."""
        return (self.value_size or self.head_size).value

    def kv_bytes(self, width: float) -> float:
        """Cache of one position with elements of a width, no window counted [byte/token].

        Parameters
        ----------
        width : float
            [byte].
        """
        if self.key_value_rank is not None:
            return latent_kv_bytes_per_position(
                self.layers.value, self.key_value_rank.value, _value(self.rotary_size), width
            )
        return kv_bytes_per_position(
            self.layers.value, self.kv_heads.value, self.head_size.value, width
        )

    def kv_bytes_of(self, positions: float, width: float) -> float:
        """Least cache of one sequence: a layer with a window keeps no more than it [byte].

        Parameters
        ----------
        positions : float
            [token].
        width : float
            Of an element [byte].
        """
        if self.window is None:
            return positions * self.kv_bytes(width)
        windowed = (self.windowed_layers or self.layers).value
        return windowed_kv_bytes(
            self.kv_heads.value,
            self.head_size.value,
            width,
            self.layers.value - windowed,
            windowed,
            positions,
            self.window.value,
        )

    def shape(self) -> tuple[Sourced, ...]:
        """Every number that the shape is made of."""
        return tuple(
            value
            for f in fields(self)
            if isinstance(value := getattr(self, f.name), Sourced)
            and f.name not in ("published", "published_active")
        )

    def _counted(self, experts: float) -> float:
        tables = self.table_rows * self.hidden.value
        if "head" in self.biases:
            tables += self.vocabulary.value
        return tables + self._layers(experts) + self._norms()

    def _layers(self, experts: float) -> float:
        l, h = self.layers.value, self.hidden.value  # noqa: E741 - the field's own letter
        if self.experts is None:
            return l * (self._attention() + self._block())
        dense = _value(self.dense_layers)
        width = (self.expert_width or self.feed_forward).value
        mixed = expert_block_parameters(
            experts, _value(self.shared), self.matrices, h, width, self.experts.value
        )
        return l * self._attention() + dense * self._block() + (l - dense) * mixed

    def _attention(self) -> float:
        h, a, d = self.hidden.value, self.heads.value, self.head_size.value
        if self.key_value_rank is not None:
            c, r, v = self.key_value_rank.value, _value(self.rotary_size), self.weighed_size
            if self.query_rank is None:
                return latent_key_value_parameters(h, a, c, r, d, v)
            return latent_attention_parameters(h, a, self.query_rank.value, c, r, d, v)
        count = attention_parameters(h, d, a, self.kv_heads.value)
        if "query-key-value" in self.biases:
            count += (a + 2 * self.kv_heads.value) * d
        if "output" in self.biases:
            count += h
        if self.relative:
            count += h * a * d
        return count

    def _block(self) -> float:
        h, f = self.hidden.value, self.feed_forward.value
        count = feed_forward_parameters(self.matrices, h, f)
        if "feed-forward" in self.biases:
            count += (self.matrices - 1) * f + h
        return count

    def _norms(self) -> float:
        l, h, each = self.layers.value, self.hidden.value, VECTORS[self.norm]  # noqa: E741
        count: float = (l * len(self.norms) + 1) * each * h
        if self.embedding_norm:
            count += each * h
        if self.head_norms:
            count += l * 2 * self.head_size.value
        return count


def _value(number: Sourced | None) -> float:
    return number.value if number is not None else 0.0
