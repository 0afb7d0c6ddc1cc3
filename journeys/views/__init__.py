"""Pages and actions of journeys, by what they are about."""

from journeys.views import (
    approval,
    cells,
    documents,
    evidence,
    files,
    imports,
    lists,
    maps,
    media,
    present,
    saved,
    shared,
    sharing,
    structure,
    templates,
    versions,
)

__all__ = [
    "approval",
    "cells",
    "documents",
    "evidence",
    "files",
    "imports",
    "lists",
    "maps",
    "media",
    "present",
    "saved",
    "shared",
    "sharing",
    "structure",
    "templates",
    "versions",
]
