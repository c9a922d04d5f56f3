"""How the sampling of an exporter itself goes."""

from dataclasses import dataclass

from eventq.core.lag.sample import Sample


@dataclass(frozen=True, slots=True)
class Sampling:
    """Counts since the start (errors: samples with parts missing), and `seconds`: what the last one took."""

    samples: int = 0
    errors: int = 0
    seconds: float = 0.0

    def after(self, sample: Sample, seconds: float) -> "Sampling":
        failed = sample.stale or not sample.snapshot.complete
        return Sampling(self.samples + 1, self.errors + failed, seconds)
