"""Kubernetes manifests and the Compose file: by their schemas, and by what eventq itself takes."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from cloudcoil.models.prometheus_operator.v1 import PodMonitor

from eventq.core.settings.settings import SETTINGS
from eventq.loops.local.jars import pinned_jars
from tests.all_commands import all_commands
from tests.deploy_files import DEPLOY, documents, manifests

CUSTOM: dict[str, Any] = {"ScaledObject": ScaledObject, "PodMonitor": PodMonitor}
KINDS = dict(manifests())
COMPOSE = documents(DEPLOY / "compose.yaml")[0]
OWN = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "eventq"}
VARIABLES = {name for known in SETTINGS.values() for name in known.variables}


def containers() -> list[Any]:
    pods = [each["spec"]["template"]["spec"] for each in KINDS.values() if "template" in each.get("spec", {})]
    return [container for pod in pods for container in pod["containers"]]


@pytest.mark.parametrize(
    "name", [name for name in KINDS if name.split()[1] not in {*CUSTOM, "Kustomization"}]
)
def test_a_manifest_is_what_kubernetes_takes(name: str) -> None:
    kubernetes_validate.validate(KINDS[name], "1.33", strict=True)


@pytest.mark.parametrize("name", [name for name in KINDS if name.split()[1] in CUSTOM])
def test_a_custom_resource_has_the_fields_of_its_definition_and_no_others(name: str) -> None:
    found = CUSTOM[name.split()[1]].model_validate(KINDS[name])
    assert found.model_dump(by_alias=True, exclude_unset=True, mode="json") == KINDS[name]


def test_the_compose_file_is_what_its_specification_says() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text(encoding="utf-8")))


def test_settings_come_by_the_environment_that_eventq_reads() -> None:
    assert set(KINDS["config.yaml ConfigMap"]["data"]) <= VARIABLES
    assert all({"configMapRef": {"name": "eventq"}} in each["envFrom"] for each in containers())
    for service in OWN.values():
        assert set(service["environment"]) <= VARIABLES


def test_each_container_runs_a_command_that_exists() -> None:
    calls = [each["args"] for each in containers()] + [service["command"] for service in OWN.values()]
    names = {" ".join(call[:2]) if call[0] == "lag" else call[0] for call in calls}
    assert names == {"produce", "consume", "lag export"}
    assert names <= set(all_commands())


def test_a_container_is_not_root_and_writes_nowhere_but_to_tmp() -> None:
    for each in containers():
        assert each["securityContext"]["readOnlyRootFilesystem"]
        assert [mount["mountPath"] for mount in each["volumeMounts"]] == ["/tmp"]


def test_shards_are_as_many_as_pods() -> None:
    job = KINDS["produce.yaml Job"]["spec"]
    (args,) = (each["args"] for each in containers() if each["name"] == "produce")
    assert job["completionMode"] == "Indexed"
    assert job["completions"] == job["parallelism"] == int(args[args.index("--shard") + 1])


def test_keda_scales_the_deployment_that_is_there_to_at_most_its_partitions() -> None:
    scaled, config = KINDS["scaledobject.yaml ScaledObject"]["spec"], KINDS["config.yaml ConfigMap"]["data"]
    assert scaled["scaleTargetRef"]["name"] == KINDS["consume.yaml Deployment"]["metadata"]["name"]
    assert scaled["maxReplicaCount"] == int(config["KAFKA_PARTITIONS"])
    named = {value for key, value in scaled["triggers"][0]["metadata"].items() if key.endswith("FromEnv")}
    assert named <= set(config)


def test_the_exporter_is_found_by_its_service_and_by_the_pod_monitor() -> None:
    labels = KINDS["export.yaml Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert KINDS["export.yaml Service"]["spec"]["selector"] == labels
    assert KINDS["podmonitor.yaml PodMonitor"]["spec"]["selector"]["matchLabels"] == labels


def test_compose_runs_the_kafka_of_eventq_local() -> None:
    kafka = COMPOSE["services"]["kafka"]
    assert kafka["image"] == f"apache/kafka:{pinned_jars().kafka_version}"
    mounted = [volume.split(":")[0] for volume in kafka["volumes"] if volume.startswith("..")]
    assert mounted
    assert all((DEPLOY / path).is_file() for path in mounted)
