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
        f"(asked for {RATE}/s)\n"
        f"consumed   {consumed['processed']:,} events by {len(consumed['members'])} members "
        f"({members}), at {consumed['rate']:.1f}/s\n"
        f"queue      {max(depths, default=0):,} events deep at its deepest; "
        f"an event waited {consumed['latency_ms']['p50'] / 1000:.1f} s (median)\n"
    )


def what_next(address: str, port: str) -> str:
    """Commands that work as they stand on the Kafka that is left running."""
    return f"""Kafka is still up at {address}. Try next:

  . .venv/bin/activate
  export KAFKA_BOOTSTRAP_ADDRESS={address}
  eventq produce --topic {TOPIC} --rate 200 --duration 1m &
  eventq consume --topic {TOPIC} --group {GROUP} --count 2 --work 20ms --duration 30s
  eventq lag --group {GROUP}
  eventq lag watch --group {GROUP}          # q ends it

  eventq consume --topic {TOPIC} --group another --from-beginning --until-end   # replay, all from the start
  eventq --help

Stop it:  scripts/kafka down --port {port}      remove its data, too:  scripts/kafka wipe --port {port}
"""
