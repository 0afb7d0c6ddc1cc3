"""What the OpenAPI schema says of tokens; loaded with the addresses of the API."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class WorkspaceTokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token cxm_…`."""

    target_class = "cxmap.workspaces.api.WorkspaceTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token cxm_…`: one token is one workspace and one role.",
        }
