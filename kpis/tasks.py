"""Celery entry points of the roll-ups and states. Each may run twice, late, or after its object is gone."""

import time

from celery import shared_task
from django.core.cache import cache

from kpis import services

SWEEP_SECONDS = 30.0  # after which a task makes room and queues itself again
NUDGE_SECONDS = 5  # within which a workspace is handed to the workers once


def _drain() -> bool:
    """Recompute dirty buckets until there are none, or for SWEEP_SECONDS; return whether there are none."""
    end = time.monotonic() + SWEEP_SECONDS
    while services.rollups_refresh().buckets:
        if time.monotonic() > end:
            return False
    return True


def _evaluate_soon(workspaces: list[int]) -> None:
    for workspace_id in workspaces:
        if cache.add(f"kpis.states:{workspace_id}", 1, timeout=NUDGE_SECONDS):
            states_evaluate.delay(workspace_id)


def _refresh() -> bool:
    clean = _drain()
    if clean:
        _evaluate_soon(services.workspaces_due(new_days=False))
    else:
        rollups_refresh.delay()
    return clean


@shared_task(name="kpis.rollups_refresh", acks_late=True, soft_time_limit=540, time_limit=600)
def rollups_refresh() -> None:
    """Recompute what a write has just marked, then have the states follow."""
    _refresh()


@shared_task(name="kpis.rollups_sweep", acks_late=True, soft_time_limit=540, time_limit=600, expires=60)
def rollups_sweep() -> None:
    """Find what a lost message left behind: dirty buckets, and workspaces whose states are old."""
    _refresh()


@shared_task(name="kpis.states_evaluate", acks_late=True, soft_time_limit=540, time_limit=600)
def states_evaluate(workspace_id: int) -> None:
    """Decide the states of one workspace, unless nothing has happened since the last time."""
    services.states_evaluate_if_due(workspace_id)


@shared_task(name="kpis.time_zones_sweep", acks_late=True, soft_time_limit=1740, time_limit=1800)
def time_zones_sweep() -> None:
    """Cut the days of facts anew where a workspace has moved to another time zone."""
    for workspace in services.workspaces_moved():
        services.observations_rezone(workspace=workspace)


@shared_task(name="kpis.retention_sweep", acks_late=True, soft_time_limit=3540, time_limit=3600)
def retention_sweep() -> None:
    """Drop the observations that workspaces no longer keep."""
    for workspace in services.workspaces_to_seal():
        services.observations_drop(workspace=workspace)


@shared_task(name="kpis.states_sweep", acks_late=True, soft_time_limit=540, time_limit=600)
def states_sweep() -> None:
    """Have every workspace evaluated whose local day is a new one, or that was written to."""
    for workspace_id in services.workspaces_due():
        states_evaluate.delay(workspace_id)
