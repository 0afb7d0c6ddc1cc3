"""Departments: who is in charge of touchpoints, and through them of what hurts there."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from cxmap.history.services import Recording, changes_write, recording
from cxmap.lib.errors import StaleRevision
from cxmap.lib.prepared import Prepared
from cxmap.lib.text import sort_key
from cxmap.workspaces.models import User, Workspace
from touchpoints.errors import DepartmentNameTaken
from touchpoints.models import Department, Touchpoint

_departments = Prepared(lambda workspace: Department.objects.filter(workspace=workspace, deleted_at=None))


def departments_of(workspace_id: int) -> list[Department]:
    """Return the departments of a workspace by name."""
    return _departments(workspace=workspace_id)


def department_name(touchpoint: Touchpoint) -> str | None:
    """Return who is in charge of a touchpoint, by name; None: nobody yet."""
    department = touchpoint.department
    return department.name if department is not None and department.deleted_at is None else None


def department_asked(workspace: Workspace, text: str) -> Department | None:
    """Return the department that an address names by its id; None for what is none of this workspace."""
    try:
        return Department.objects.filter(pk=UUID(text), workspace=workspace, deleted_at=None).first()
    except ValueError:
        return None


def department_add(*, workspace: Workspace, actor: User | None, name: str) -> Department:
    """Add a department. Raises DepartmentNameTaken; accents and case make no difference."""
    department = Department(workspace=workspace, name=name)
    with (
        _unique_name(),
        recording(actor=actor, action="department.added", target=department, name=name) as record,
    ):
        department.save()
        record.created(department)
    return department


def department_named(*, workspace: Workspace, actor: User | None, name: str) -> Department:
    """Return the department of this name, or a new one."""
    same = Department.objects.filter(workspace=workspace, sort_key=sort_key(name), deleted_at=None).first()
    return same or department_add(workspace=workspace, actor=actor, name=name)


def owners_without(workspace: Workspace) -> list[str]:
    """Return the owners who are named at touchpoints without a department, those of most touchpoints first."""
    rows = Touchpoint.objects.filter(workspace=workspace, deleted_at=None, department=None).exclude(owner="")
    counted = rows.order_by().values("owner").annotate(number=Count("pk")).order_by("-number", "owner")
    return [row["owner"] for row in counted[:100]]


@transaction.atomic
def departments_from_owners(*, workspace: Workspace, actor: User | None, names: Collection[str]) -> int:
    """Make departments of owners, and give them the touchpoints that name them and have none. Returns how many touchpoints."""
    gesture, moved = uuid4(), 0
    for name in names:
        department = department_named(workspace=workspace, actor=actor, name=name)
        rows = list(
            Touchpoint.objects.select_for_update().filter(
                workspace=workspace, deleted_at=None, department=None, owner=name
            )
        )
        entries = []
        for touchpoint in rows:
            record = Recording()
            record.watch(touchpoint)
            touchpoint.department = department
            # The name moves to where it belongs; a person may be named in its place.
            touchpoint.owner = ""
            touchpoint.revision += 1
            record.summary = {"name": touchpoint.name}
            entries.append(("touchpoint.updated", touchpoint, record))
        Touchpoint.objects.bulk_update(rows, ["department", "owner", "revision"])
        changes_write(actor=actor, workspace_id=workspace.pk, gesture=gesture, entries=entries)
        moved += len(rows)
    return moved


def department_rename(
    *, department: Department, actor: User, name: str, expected_revision: int | None = None
) -> Department:
    """Call a department otherwise, wherever it stands. Raises DepartmentNameTaken, StaleRevision."""
    before = department.name
    with (
        _unique_name(),
        recording(actor=actor, action="department.renamed", target=department, before=before, name=name) as record,
    ):
        department = Department.objects.select_for_update().get(pk=department.pk)
        if expected_revision is not None and department.revision != expected_revision:
            raise StaleRevision(current=department)
        record.watch(department)
        department.name = name
        department.revision += 1
        department.save(update_fields=["name", "revision", "updated_at"])
    return department


def department_delete(*, department: Department, actor: User) -> None:
    """Take a department away: what it was in charge of is nobody's, until it is restored."""
    with recording(actor=actor, action="department.deleted", target=department, name=department.name) as record:
        department = Department.objects.select_for_update().get(pk=department.pk)
        record.watch(department)
        department.deleted_at = department.deleted_at or timezone.now()
        department.revision += 1
        department.save(update_fields=["deleted_at", "revision", "updated_at"])


def department_restore(*, department: Department, actor: User) -> Department:
    """Put a department back, with what it was in charge of. Raises DepartmentNameTaken."""
    with (
        _unique_name(),
        recording(actor=actor, action="department.restored", target=department, name=department.name) as record,
    ):
        department = Department.objects.select_for_update().get(pk=department.pk)
        record.watch(department)
        department.deleted_at = None
        department.revision += 1
        department.save(update_fields=["deleted_at", "revision", "updated_at"])
    return department


@contextmanager
def _unique_name() -> Iterator[None]:
    """Turn the database's complaint about a second department of one name into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "department_unique_name" not in str(error):
            raise
        raise DepartmentNameTaken from error
