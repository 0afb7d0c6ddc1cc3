"""Security headers on every answer; the language that a person chose."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponse]

FRAMES = "frame-ancestors 'none'"

# Nothing inline, nothing evaluated, nothing from other hosts. Plotly draws its own images (blob: and data:).
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        FRAMES,
        "manifest-src 'self'",
    ]
)


def policy_framed_by(origins: Sequence[str]) -> str:
    """Return the policy of a page that pages of some sites may show in a frame."""
    return CONTENT_SECURITY_POLICY.replace(FRAMES, "frame-ancestors " + (" ".join(origins) or "'none'"))


class SecurityHeadersMiddleware:
    """Set the policy that browsers enforce. Outermost, so that error pages carry it too."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response


class PersonalLanguageMiddleware:
    """Use the language that a signed-in person chose; the browser decides for everybody else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A page of a workspace shows its clock (workspaces.access); no page inherits the one before it.
        timezone.deactivate()
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)
