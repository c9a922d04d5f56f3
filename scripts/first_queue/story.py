"""What quickstart says: a line a sample in a pipe, a summary, and what to try next."""

from datetime import datetime
from typing import Any

from first_queue.burst import GROUP, RATE, TOPIC, Ran


class Lines:
    """One plain line for each sample of the watch."""

    def __init__(self) -> None:
        self._first: datetime | None = None

    def show(self, sample: Any) -> None:
        at = datetime.fromisoformat(sample["at"].replace("Z", "+00:00"))
        self._first = self._first or at
        for group in sample["groups"]:
            print(
                f"  {(at - self._first).total_seconds():3.0f} s  lag {_whole(group['lag']):>6}  "
                f"in {_whole(group['arrival_rate']):>5}/s  out {_whole(group['consume_rate']):>5}/s  "
                f"{'#' * ((group['lag'] or 0) // 75)}",
                flush=True,
            )


def _whole(number: float | None) -> str:
    return "-" if number is None else f"{number:,.0f}"


def summary(ran: Ran) -> str:
    produced, consumed = ran.produced, ran.consumed
    depths = [group["lag"] or 0 for sample in ran.samples for group in sample["groups"]]
    members = ", ".join(f"{member['processed']:,}" for member in consumed["members"])
    return (
        f"produced   {produced['acked']:,} events, acknowledged, at {produced['achieved_rate']:.1f}/s "
        f"({RATE}/s requested)\n"
        f"consumed   {consumed['processed']:,} events by {len(consumed['members'])} members "
        f"({members}), at {consumed['rate']:.1f}/s\n"
        f"queue      {max(depths, default=0):,} events at its deepest; "
        f"an event waited {consumed['latency_ms']['p50'] / 1000:.1f} s (median)\n"
    )


def what_next(address: str, name: str) -> str:
    """Commands that work as they are on the Kafka that is left running."""
    named = "" if name == "default" else f" --name {name}"
    return f"""Kafka is still running at {address}. Try next:

  . .venv/bin/activate
  export KAFKA_BOOTSTRAP_ADDRESS={address}
  # your own queue: one member, too slow for what arrives; q quits the view
  eventq produce --topic {TOPIC} --rate 200 --duration 1m --quiet &
  eventq consume --topic {TOPIC} --group {GROUP} --count 1 --work 10ms --duration 1m --quiet &
  eventq lag watch --group {GROUP}
  # replay: another group reads all of it again, without affecting the first
  eventq consume --topic {TOPIC} --group another --from-beginning --until-end
  eventq --help

Stop it:               scripts/kafka down{named}
and delete its data:   scripts/kafka wipe{named}
"""
