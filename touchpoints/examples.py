"""One example per channel that the guides name in a category (A19, B9, A20): a start to rename, not a catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import Workspace
from touchpoints.models import Category, Channel, Phase, Touchpoint

BEFORE, DURING, AFTER = Phase.BEFORE, Phase.DURING, Phase.AFTER
LABEL = _("Example from the guides: rename it after your own touchpoint.")


@dataclass(frozen=True, slots=True)
class Plan:
    category: str
    channel: str
    phase: Phase
    name: object

    @property
    def key(self) -> str:
        return f"{self.category}:{self.channel}"


EXAMPLES = [
    Plan("marketing", "advertisement", BEFORE, _("Facebook ad")),
    Plan("marketing", "social", BEFORE, _("Post on social networks")),
    Plan("marketing", "email", BEFORE, _("Welcome e-mail")),
    Plan("marketing", "blog", BEFORE, _("Blog article")),
    Plan("marketing", "seo", BEFORE, _("Result in a search engine")),
    Plan("marketing", "sem", BEFORE, _("Paid search ad")),
    Plan("marketing", "television", BEFORE, _("Television spot")),
    Plan("marketing", "radio", BEFORE, _("Radio spot")),
    Plan("marketing", "word-of-mouth", BEFORE, _("Advice of a friend")),
    Plan("marketing", "research", BEFORE, _("Own research and comparison")),
    Plan("sales", "website", DURING, _("Product page")),
    Plan("sales", "shop", DURING, _("Visit to the shop")),
    Plan("sales", "phone", DURING, _("Call to the sales team")),
    Plan("sales", "chat", DURING, _("Chat before buying")),
    Plan("sales", "demonstration", DURING, _("Product demonstration")),
    Plan("service", "faq", AFTER, _("FAQ page")),
    Plan("service", "call-centre", AFTER, _("Call with an agent")),
    Plan("service", "email", AFTER, _("E-mail to customer service")),
    Plan("service", "social", AFTER, _("Question on social networks")),
    Plan("service", "chat", AFTER, _("Help by chat")),
    Plan("service", "forum", AFTER, _("Customer forum")),
    Plan("service", "self-service", AFTER, _("Self-service area")),
    Plan("product", "product-use", AFTER, _("First use of the product")),
    Plan("product", "packaging", AFTER, _("Opening of the parcel")),
    Plan("product", "documentation", AFTER, _("User manual")),
    Plan("product", "training", AFTER, _("Training session")),
]


@dataclass(frozen=True, slots=True)
class Example:
    """A plan with the rows of the workspace that it needs."""

    key: str
    name: str
    category: Category
    channel: Channel
    phase: Phase


def examples_of(workspace: Workspace) -> Sequence[Example]:
    """Return the examples that can still be added: their category and channel exist, their name is free."""
    categories = {row.code: row for row in Category.objects.filter(workspace=workspace)}
    channels = {row.code: row for row in Channel.objects.filter(workspace=workspace)}
    taken = set(Touchpoint.objects.filter(workspace=workspace, deleted_at=None).values_list("name", flat=True))
    return [
        Example(plan.key, str(plan.name), categories[plan.category], channels[plan.channel], plan.phase)
        for plan in EXAMPLES
        if plan.category in categories and plan.channel in channels and str(plan.name) not in taken
    ]
