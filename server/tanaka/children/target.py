"""Which server a model's name means: its address, whose key it takes, and what a person reads."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from tanaka.records import dataclass

ENGINE = "engine only"
"""What stands where the voice's name would, while it is off."""

# Providers whose protocol litellm speaks, with their own address and the variable of their key.
# For any other server one gives its address, and it is spoken to as OpenAI's.
_PROVIDERS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com", "ANTHROPIC_API_KEY"),
    "ollama": ("http://127.0.0.1:11434", ""),
    "ollama_chat": ("http://127.0.0.1:11434", ""),
}
OWN_KEY = "TANAKA_VOICE_KEY"
"""Variable of the key for an address that one gave oneself."""


class Unusable(Exception):
    """A model or an address that cannot be used; the message is the one line that a person reads."""


@dataclass(frozen=True, slots=True)
class Target:
    """A model at a server.

    Attributes
    ----------
    model : str
        As litellm takes it, the provider before a slash.
    base : str
        The address.
    shown : str
        The model as a person wrote it.
    key_variable : str
        Where the command line looks for the key; "" where none is wanted.
    """

    model: str
    base: str
    shown: str
    key_variable: str

    @property
    def host(self) -> str:
        """The server's name, with its port where that is not the usual one."""
        parts = urlsplit(self.base)
        name = parts.hostname or ""
        name = f"[{name}]" if ":" in name else name
        return f"{name}:{parts.port}" if parts.port is not None else name

    @property
    def origin(self) -> str:
        """What a key is bound to: scheme, host and port."""
        return f"{urlsplit(self.base).scheme}://{self.host}"

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine, so that nothing leaves it."""
        name = urlsplit(self.base).hostname or ""
        if name == "localhost":
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    @property
    def takes_a_key(self) -> bool:
        """Whether a key may travel there: encrypted, or not at all off this machine."""
        return self.is_here or self.base.startswith("https:")

    @property
    def label(self) -> str:
        """As the status bar and the review name it."""
        return f"voice: {self.shown} @ {self.host}"


def target(model: str, base: str = "") -> Target:
    """The server that a model and an address name.

    Parameters
    ----------
    model : str
        As litellm names it, or as the server at ``base`` does.
    base : str
        "" for the provider's own.

    Raises
    ------
    Unusable
    """
    shown, base = model.strip(), base.strip().rstrip("/")
    if not shown:
        raise Unusable("no model is named for the voice")
    provider, slash, rest = shown.partition("/")
    known = _PROVIDERS.get(provider) if slash and rest else None
    if not base:
        if known is None:
            raise Unusable(
                f"{shown}: give the address of its server too, or a provider: {', '.join(_PROVIDERS)}"
            )
        return Target(shown, known[0], shown, known[1])
    try:
        parts = urlsplit(base)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Unusable(f"{base}: not an address that begins with http:// or https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Unusable(
            "the address of the voice holds more than a host and a path; a key has its own place"
        )
    full = shown if known is not None else f"openai/{shown}"
    return Target(full, base, shown, known[1] if known and base == known[0] else OWN_KEY)
