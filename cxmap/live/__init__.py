"""Pages that follow what others do: whoever changes something publishes an event, open pages hear it on `/events`.

The stream carries news, never truth: an event that is lost costs a page a question to the server, nothing else.
"""

from cxmap.live.publishing import audience, publish, send
from cxmap.live.tokens import token

__all__ = ["audience", "publish", "send", "token"]
