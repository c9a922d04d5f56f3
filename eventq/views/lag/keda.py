"""A KEDA ScaledObject as YAML; text from elsewhere stands in JSON's quotes, which YAML reads as they are."""

import json
import re

from eventq.core import safe_text
from eventq.core.lag.advice import Advice
from eventq.core.lag.keda import POLLING_SECONDS, Scaling
from eventq.core.lag.snapshot import Assume

_NOT_IN_NAMES = re.compile(r"[^a-z0-9-]+")
_MOST_LETTERS = 50


def scaled_object(group: str, bootstrap: str, found: Scaling, advice: Advice, assume: Assume) -> str:
    name = _NOT_IN_NAMES.sub("-", group.lower())[:_MOST_LETTERS].strip("-") or "consumers"
    topic = [f"        topic: {json.dumps(found.topics[0])}"] if len(found.topics) == 1 else []
    lines = [
        f"# {safe_text.line(advice.answer)}",
        f"# KEDA runs total lag / lagThreshold members; a member reads {advice.capacity:.1f} events/s.",
        f"# Numbers of members that make a difference: {', '.join(map(str, advice.useful))}.",
        "apiVersion: keda.sh/v1alpha1",
        "kind: ScaledObject",
        "metadata:",
        f"  name: {json.dumps(f'{name}-lag')}",
        "spec:",
        "  scaleTargetRef:",
        f"    name: {json.dumps(name)} # the Deployment that runs the consumers",
        f"  pollingInterval: {POLLING_SECONDS}",
        f"  cooldownPeriod: {found.cooldown}",
        "  minReplicaCount: 1",
        f"  maxReplicaCount: {found.cap}",
        "  advanced:",
        "    horizontalPodAutoscalerConfig:",
        "      behavior:",
        "        scaleDown:",
        f"          stabilizationWindowSeconds: {found.cooldown}",
        "  triggers:",
        "    - type: kafka",
        "      metadata:",
        f"        bootstrapServers: {json.dumps(bootstrap)}",
        f"        consumerGroup: {json.dumps(group)}",
        *topic,
        f'        lagThreshold: "{found.threshold}"',
        f'        offsetResetPolicy: "{assume.value}"',
    ]
    return "".join(f"{line}\n" for line in lines)
