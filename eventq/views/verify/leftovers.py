"""What `eventq verify --clean` removed, and what it left."""

from collections.abc import Sequence
from typing import Any

from eventq.core.verify.leftovers import Leftover
from eventq.views.columns import joined


def lines(removed: Sequence[str]) -> str:
    return joined([f"removed {thing}" for thing in removed] or ["nothing to remove"])


def document(removed: Sequence[Leftover], kept: Sequence[Leftover]) -> dict[str, Any]:
    return {
        "removed": [
            {"name": left.name, "topics": left.topics, "groups": left.groups, "folder": left.folder}
            for left in removed
        ],
        "kept": [{"name": left.name, "reason": left.why_kept} for left in kept],
    }
