"""Telling the workers, after commit, that there is something to do. A nudge may be lost: the sweeps look themselves."""

from datetime import date

from celery import current_app
from django.db import connection, transaction

# Names, not imports: the tasks import the services.
REFRESH = "kpis.rollups_refresh"
EVALUATE = "kpis.states_evaluate"


def refresh_soon() -> None:
    """Have the dirty buckets recomputed once this transaction is committed."""
    transaction.on_commit(lambda: current_app.send_task(REFRESH, ignore_result=True), robust=True)


def evaluate_soon(workspace_id: int) -> None:
    """Note that the states of a workspace are old, and have them decided anew once this transaction is committed."""
    states_mark({workspace_id: None})
    transaction.on_commit(lambda: current_app.send_task(EVALUATE, args=[workspace_id], ignore_result=True), robust=True)


def states_mark(workspaces: dict[int, date | None]) -> None:
    """Note, in this transaction, whose states are old, and since which day their numbers changed."""
    if not workspaces:
        return
    ids = sorted(workspaces)  # one order, so that two writers never wait for each other in a circle
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO kpis_evaluation (workspace_id, dirty_at, dirty_since, dirty_from)
            SELECT marked.id, clock_timestamp(), clock_timestamp(), marked.day FROM unnest(%s::bigint[], %s::date[]) AS marked (id, day)
              JOIN workspaces_workspace USING (id)
             ORDER BY marked.id
            ON CONFLICT (workspace_id) DO UPDATE
               SET dirty_at = clock_timestamp(),
                   dirty_since = coalesce(kpis_evaluation.dirty_since, clock_timestamp()), dirty_from = least(kpis_evaluation.dirty_from, excluded.dirty_from)
            """,
            [ids, [workspaces[workspace_id] for workspace_id in ids]],
        )
