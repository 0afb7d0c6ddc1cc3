"""What of signing in is ours."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from cxmap.lib.clients import client_address


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whose tries to sign in are counted together."""
        return client_address(request)
