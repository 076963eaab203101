"""Which server a model's name means, and what a key is bound to."""

from __future__ import annotations

import sys

import pytest

from tanaka.children.target import Unusable, target
from tanaka.children.voice import find_python


@pytest.mark.parametrize(
    ("model", "base", "full", "host"),
    [
        ("qwen3:8b", "http://127.0.0.1:11434/v1", "openai/qwen3:8b", "127.0.0.1:11434"),
        (
            "Qwen/Qwen3-8B",
            "http://gpu.example:8000/v1/",
            "openai/Qwen/Qwen3-8B",
            "gpu.example:8000",
        ),
        ("ollama/qwen3:8b", "", "ollama/qwen3:8b", "127.0.0.1:11434"),
        ("openai/gpt-5-mini", "", "openai/gpt-5-mini", "api.openai.com"),
        ("anthropic/claude-sonnet-4-5", "", "anthropic/claude-sonnet-4-5", "api.anthropic.com"),
        ("m", "http://[::1]:80/v1", "openai/m", "[::1]:80"),
    ],
)
def test_a_model_and_an_address_name_a_server(model: str, base: str, full: str, host: str) -> None:
    found = target(model, base)
    assert (found.model, found.host) == (full, host)
    assert found.label == f"voice: {model} @ {host}"


@pytest.mark.parametrize(
    ("model", "base", "why"),
    [
        ("", "", "no model"),
        ("qwen3", "", "address of its server"),
        ("acme/large", "", "address of its server"),
        ("m", "127.0.0.1:11434", "not an address"),
        ("m", "ftp://host/v1", "not an address"),
        ("m", "file:///etc/passwd", "not an address"),
        ("m", "http://:80", "not an address"),
        ("m", "http://host:99999", "not an address"),
        ("m", "https://me:secret@host/v1", "a key has its own place"),
        ("m", "https://host/v1?key=secret", "a key has its own place"),
    ],
)
def test_what_cannot_be_used_is_said_without_a_secret(model: str, base: str, why: str) -> None:
    with pytest.raises(Unusable, match=why) as caught:
        target(model, base)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
def test_this_machine_is_known(host: str) -> None:
    assert target("m", f"http://{host}:1/v1").is_here


@pytest.mark.parametrize(
    "host", ["192.168.1.7", "localhost.example", "127.0.0.1.example", "0.0.0.0", "[2001:db8::1]"]
)
def test_no_other_is_taken_for_it(host: str) -> None:
    found = target("m", f"http://{host}:1/v1")
    assert not found.is_here
    assert not found.takes_a_key, "a key is not sent in the clear"


def test_a_key_belongs_to_scheme_host_and_port() -> None:
    bases = [
        "https://a.example/v1",
        "https://a.example:8443/v1",
        "http://a.example/v1",
        "https://b.example/v1",
    ]
    assert len({target("m", b).origin for b in bases}) == 4
    assert target("m", bases[0]).origin == target("other", "https://a.example/v2").origin


def test_a_providers_key_goes_to_no_other_address() -> None:
    assert target("openai/gpt-5-mini").key_variable == "OPENAI_API_KEY"
    assert (
        target("openai/gpt-5-mini", "https://relay.example/v1").key_variable == "TANAKA_VOICE_KEY"
    )
    assert target("ollama/qwen3").key_variable == ""


def test_a_python_that_is_named_is_taken_and_one_that_is_not_there_is_said() -> None:
    assert find_python(sys.executable) == sys.executable
    with pytest.raises(Unusable, match="not there"):
        find_python("no-such-python-anywhere")


def test_without_litellm_one_is_told_what_to_do() -> None:
    """The environment of the tests is that of the server: it has none."""
    with pytest.raises(
        Unusable, match=r"environment of its own.*tanaka\[voice\].*tanaka\.voice\.python"
    ):
        find_python("")
