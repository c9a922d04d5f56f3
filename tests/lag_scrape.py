"""Reads what `eventq lag export` serves."""

import subprocess
import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def address(process: "subprocess.Popen[str]") -> str:
    """Where the exporter says that it serves."""
    return next(line.split()[-1] for line in process.stderr or () if "serving" in line)


def scrape(url: str) -> dict[tuple[str, str], list[tuple[dict[str, str], float]]]:
    """Rows by metric name and group."""
    with urllib.request.urlopen(url, timeout=20) as answer:
        text = answer.read().decode()
    found: dict[tuple[str, str], list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for row in family.samples:
            found.setdefault((row.name, row.labels.get("consumergroup", "")), []).append(
                (row.labels, row.value)
            )
    return found
