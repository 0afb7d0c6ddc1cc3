"""Files that people bring, kept under the digest of their content: the same content is kept once a folder."""

import hashlib
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a content, the name under which it is kept."""
    return hashlib.sha256(content).hexdigest()


def keep(folder: str, content: bytes) -> str:
    """Keep a content in a folder of the storage and return its digest."""
    digest = digest_of(content)
    path = f"{folder}/{digest}"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))
    return digest


def is_kept(folder: str, digest: str) -> bool:
    return default_storage.exists(f"{folder}/{digest}")


def kept_open(folder: str, digest: str) -> "File[Any]":
    """Open what is kept. Raises FileNotFoundError."""
    return default_storage.open(f"{folder}/{digest}")


def drop(folder: str, digest: str) -> None:
    default_storage.delete(f"{folder}/{digest}")


def kept_response(folder: str, digest: str, *, content_type: str) -> FileResponse:
    """Answer with an image that is kept, under a policy that lets a drawing run and fetch nothing. Raises Http404.

    Its address is to change with its content: browsers may keep it for a year.
    """
    if not digest:
        raise Http404
    try:
        content = kept_open(folder, digest)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=content_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
