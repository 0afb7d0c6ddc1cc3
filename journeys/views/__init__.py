"""Pages and actions of journeys, by what they are about."""

from journeys.views import (
    cells,
    comments,
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
    structure,
    templates,
    versions,
)

__all__ = [
    "cells",
    "comments",
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
    "structure",
    "templates",
    "versions",
]
