"""docs/json.md as values: what a section shows is compared with what a command really prints."""

import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "json.md"


def documented(heading: str) -> Any:
    """The document shown in the section of this heading, written there without backticks."""
    sections = re.split(r"(?m)^## ", PAGE.read_text(encoding="utf-8"))
    (section,) = [part for part in sections if part.split("\n", 1)[0].replace("`", "") == heading]
    block = re.search(r"(?m)(?:^    .*\n)+", section)
    assert block, f"no document under {heading}"
    return json.loads(block.group(0))


def shape(value: Any) -> Any:
    """Names of fields and their nesting; of a list the fields of its first item."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value and isinstance(value[0], dict) else []
    return None
