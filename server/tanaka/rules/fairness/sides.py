"""Configuration and tuning by side: the method's, the baseline's."""

from __future__ import annotations

from tanaka.paper.model import Mention, Paper


def said_of(paper: Paper, what: str) -> dict[str, dict[str, Mention]]:
    """First mention of each item, by side; a system that the paper calls its own counts as ours.

    Parameters
    ----------
    what : str
        "config-has", "config-lacks", "tuned" or "untuned".
    """
    own = {dict(m.settings).get("name", "") for m in paper.mentions_of("own-name")}
    found: dict[str, dict[str, Mention]] = {}
    for m in paper.mentions_of(what):
        settings = dict(m.settings)
        side = settings.get("side", "")
        side = "ours" if side in own else side
        found.setdefault(side, {}).setdefault(settings.get("item", ""), m)
    return found
