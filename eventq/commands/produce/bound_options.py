"""The options of `eventq produce` that bound the queue between it and a group."""

from dataclasses import dataclass
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.commands.options import Shared
from eventq.commands.settings import settings
from eventq.core.errors import UsageError
from eventq.core.lag.snapshot import Assume
from eventq.core.parse import duration_if_given
from eventq.core.produce.plan import SendPlan
from eventq.core.produce.queue_bound import OnFull, QueueBound, default_resume

_BOUND = "A bounded queue"


@dataclass(frozen=True, slots=True)
class BoundOptions:
    """As given; None means not given."""

    max_lag: Annotated[
        int | None,
        option(
            _BOUND,
            "--max-lag",
            text="Never let the lag of --bound-group in the topic exceed this many events.",
            min=1,
        ),
    ] = None
    max_lag_per_partition: Annotated[
        int | None,
        option(_BOUND, "--max-lag-per-partition", text="Bound the lag of each partition too.", min=1),
    ] = None
    bound_group: Annotated[
        str | None,
        option(_BOUND, "--bound-group", text="The group that --max-lag is about (KAFKA_GROUP_ID, default)."),
    ] = None
    on_full: Annotated[
        OnFull | None,
        option(
            _BOUND,
            "--on-full",
            text="At the bound: wait (block), send at the group's own rate (slow), leave out what is due "
            "(drop), or exit 3 (fail).",
            show_default="block",
        ),
    ] = None
    resume_lag: Annotated[
        int | None,
        option(
            _BOUND,
            "--resume-lag",
            text="After waiting at the bound go on at this lag.",
            show_default="80% of --max-lag",
            min=0,
        ),
    ] = None
    max_time_lag: Annotated[
        str | None,
        option(_BOUND, "--max-time-lag", text="Hold also while the oldest unread event is older: 30s, 5m."),
    ] = None
    bound_timeout: Annotated[
        str | None,
        option(_BOUND, "--bound-timeout", text="Exit 124 if nothing could be sent for this long."),
    ] = None
    assume: Annotated[
        Assume | None,
        option(
            _BOUND,
            "--assume",
            text="Where the group starts in a partition without a commit.",
            show_default="earliest",
        ),
    ] = None

    def bound(self, shared: Shared) -> QueueBound | None:
        """UsageError for options that would do nothing without a bound, or contradict it."""
        if self.max_lag is None:
            self._check_idle()
            return None
        on_full = self.on_full or OnFull.BLOCK
        if self.resume_lag is not None and on_full is not OnFull.BLOCK:
            raise UsageError(
                f"--resume-lag with --on-full {on_full.value}", hint="only block waits to go on later"
            )
        if self.resume_lag is not None and self.resume_lag >= self.max_lag:
            raise UsageError(
                f"--resume-lag {self.resume_lag} is not below --max-lag {self.max_lag}",
                hint="the run waits at --max-lag and goes on at --resume-lag",
            )
        resume = default_resume(self.max_lag) if self.resume_lag is None else self.resume_lag
        return QueueBound(
            group=settings.text(shared, self.bound_group, "group"),
            max_lag=self.max_lag,
            on_full=on_full,
            resume_lag=resume,
            max_time_lag=_seconds("--max-time-lag", self.max_time_lag),
            timeout=_seconds("--bound-timeout", self.bound_timeout),
            max_partition_lag=self.max_lag_per_partition,
            from_end=self.assume is Assume.LATEST,
        )

    def _check_idle(self) -> None:
        given = [
            ("--max-lag-per-partition", self.max_lag_per_partition),
            ("--bound-group", self.bound_group),
            ("--on-full", self.on_full),
            ("--resume-lag", self.resume_lag),
            ("--max-time-lag", self.max_time_lag),
            ("--bound-timeout", self.bound_timeout),
            ("--assume", self.assume),
        ]
        idle = [name for name, value in given if value is not None]
        if idle:
            raise UsageError(f"{' and '.join(idle)} without --max-lag", hint="--max-lag bounds the queue")


UNBOUNDED = BoundOptions()


def check_bound(bound: QueueBound, send: SendPlan, *, paced: bool, alone: bool) -> None:
    """UsageError beside what would break the bound; `alone`: no other machine sends parts of the load."""
    if not send.idempotent:
        raise UsageError(
            f"--max-lag with acks {send.acks.value}: what is on its way is known only of events that every "
            "replica acknowledges",
            hint="--acks all",
        )
    if send.transactions is not None:
        raise UsageError(
            "--max-lag with --transaction: the markers of transactions count as lag too",
            hint="leave one of them out",
        )
    if not alone:
        raise UsageError(
            "--max-lag with --shard: no shard knows what the others have on their way",
            hint="one producer with --workers can bound the queue",
        )
    if bound.on_full is OnFull.DROP and not paced:
        raise UsageError(
            "--on-full drop without --rate or --stage: all is due at once, so almost all would be dropped",
            hint="give a --rate",
        )


def _seconds(name: str, text: str | None) -> float | None:
    seconds = duration_if_given(text)
    if seconds == 0:
        raise UsageError(f"{name} of 0 would let nothing through", hint=f"such as {name} 30s")
    return seconds
