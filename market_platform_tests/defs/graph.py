"""The graph in a form that a person reviews: one line an asset, job, schedule and sensor.

``python -m market_platform_tests.defs.graph`` writes it anew after a planned change.
"""

import tempfile
from pathlib import Path

import dagster as dg

from market_platform.definitions import build_defs
from market_platform.platform import Platform
from market_platform.settings import Settings

SNAPSHOT = Path(__file__).with_name("graph.txt")


def graph(definitions: dg.Definitions) -> str:
    """One line an asset, job, schedule and sensor."""
    lines = []
    for spec in sorted(definitions.resolve_all_asset_specs(), key=lambda spec: spec.key.to_user_string()):
        partitions = (
            type(spec.partitions_def).__name__.removesuffix("PartitionsDefinition") if spec.partitions_def else "-"
        )
        lines.append(f"asset {spec.key.to_user_string()} group={spec.group_name} partitions={partitions}")
    repository = definitions.get_repository_def()
    lines += [f"job {name}" for name in sorted(repository.job_names) if not name.startswith("__")]
    lines += [f"schedule {schedule.name} {schedule.cron_schedule}" for schedule in repository.schedule_defs]
    lines += [f"sensor {sensor.name}" for sensor in repository.sensor_defs]
    return "\n".join(lines) + "\n"


def write() -> None:
    """Put the graph as it is now on record."""
    with tempfile.TemporaryDirectory() as folder:
        SNAPSHOT.write_text(graph(build_defs(Platform(Settings(data=Path(folder))))), encoding="utf-8")


if __name__ == "__main__":
    write()
