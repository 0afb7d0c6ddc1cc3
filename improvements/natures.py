"""The nature that a pain point probably has, from its KPI, channel and category (A17): a proposal with its reason.

A rule says which KPI points to which kind of friction. It never decides: people correct it, and the pain keeps whether
its nature was proposed or chosen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from improvements.models import Nature
from kpis.marks import SEVERITY
from kpis.models import Binding, Flag, KpiState
from touchpoints.models import Touchpoint

WEB = frozenset({"website", "blog", "seo", "sem"})
READING = frozenset({"blog", "seo", "faq", "documentation", "newsletter", "email", "video", "forum"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A nature with its reason in words; also: another nature that the same figure may speak of."""

    nature: Nature
    reason: str
    also: Nature | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The nature that KPIs point to, on some channels (empty: on every one)."""

    kpis: frozenset[str]
    nature: Nature
    reason: Any
    also: Nature | None = None
    channels: frozenset[str] = frozenset()


def _kpis(*codes: str) -> frozenset[str]:
    return frozenset(codes)


# The first rule that fits.
RULES = (
    Rule(
        _kpis("bounce-rate"),
        Nature.CONTENT,
        _("Visitors who leave a page that they came to read often did not find what they had been promised."),
        Nature.ERGONOMICS,
        READING,
    ),
    Rule(
        _kpis("bounce-rate"),
        Nature.ERGONOMICS,
        _("A high bounce rate on a page points to its ergonomics, or to its content."),
        Nature.CONTENT,
    ),
    Rule(
        _kpis(
            "waiting-time",
            "waiting-time-p90",
            "response-time",
            "resolution-time",
            "service-level",
            "call-abandonment",
            "handling-time",
            "on-time-delivery",
            "page-load-time",
            "page-load-time-p90",
        ),
        Nature.WAITING,
        _("This KPI measures how long customers wait, or that they gave up waiting."),
    ),
    Rule(
        _kpis(
            "payment-failure",
            "add-to-cart-rate",
            "time-on-page",
            "self-service-rate",
            "ces",
            "ces-5",
            "activation-rate",
        ),
        Nature.ERGONOMICS,
        _("This KPI falls when something is hard to do: look at the steps and fields that it asks for."),
        Nature.CONTENT,
    ),
    Rule(
        _kpis("cart-abandonment", "quote-acceptance", "average-order-value", "churn-rate"),
        Nature.PRICE,
        _("Customers who give up before they buy often do so for the price or for costs that appear late."),
        Nature.ERGONOMICS,
    ),
    Rule(
        _kpis("purchase-rate", "shop-conversion", "lead-conversion"),
        Nature.ERGONOMICS,
        _("Visits that end without a purchase point to the ergonomics of the way there, or to the price."),
        Nature.PRICE,
        WEB,
    ),
    Rule(
        _kpis("purchase-rate", "shop-conversion", "lead-conversion"),
        Nature.PRICE,
        _("Contacts that end without a purchase point to the price, or to how customers were received."),
        Nature.RELATION,
    ),
    Rule(
        _kpis("ctr", "open-rate", "click-to-open", "unsubscribe-rate", "engagement-rate", "faq-helpfulness"),
        Nature.CONTENT,
        _("This KPI says whether the content speaks to the people who get it."),
    ),
    Rule(
        _kpis("return-rate", "defects-per-1000-products", "feature-adoption", "review-score"),
        Nature.QUALITY,
        _("This KPI speaks of the product or service itself."),
    ),
    Rule(
        _kpis(
            "fcr", "repeat-contact-rate", "transfer-rate", "complaints-per-1000-customers", "contacts-per-1000-orders"
        ),
        Nature.QUALITY,
        _("Customers who have to come back did not get their answer the first time."),
        Nature.RELATION,
    ),
)
OPINIONS = _kpis("csat", "csat-mean", "nps", "sentiment")
# What customers say of their experience names no cause by itself: the category of the touchpoint is the better guess.
BY_CATEGORY: Mapping[str, tuple[Nature, Any]] = {
    "service": (Nature.RELATION, _("Dissatisfaction on a touchpoint of customer service is most often about how customers were received and answered.")),
    "product": (Nature.QUALITY, _("Dissatisfaction on a touchpoint of the product is most often about its quality.")),
    "marketing": (Nature.CONTENT, _("Dissatisfaction on a touchpoint of marketing is most often about its content.")),
    "sales": (Nature.ERGONOMICS, _("Dissatisfaction on a touchpoint of sales is often about how hard it is to buy.")),
}  # fmt: skip


def nature_for(*, kpi: str, category: str, channel: str) -> Proposal | None:
    """Return the nature that a KPI (code) points to on a touchpoint of this category and channel (codes); None: no rule."""
    for rule in RULES:
        if kpi in rule.kpis and (not rule.channels or channel in rule.channels):
            return Proposal(rule.nature, str(rule.reason), rule.also)
    if kpi in OPINIONS and category in BY_CATEGORY:
        nature, reason = BY_CATEGORY[category]
        return Proposal(nature, str(reason))
    return None


def of_bindings(bindings: Iterable[Binding]) -> Proposal | None:
    """Return the proposal of the first binding (kpi, touchpoint with category and channel selected) that has one."""
    for binding in bindings:
        place = binding.touchpoint
        found = nature_for(kpi=binding.kpi.code, category=place.category.code, channel=place.channel.code)
        if found is not None:
            return found
    return None


def _worst_first(touchpoint: Touchpoint) -> Sequence[Binding]:
    """Return the KPIs of a touchpoint, those whose last closed period is worst before the others; two queries."""
    bindings = list(
        Binding.objects.filter(touchpoint=touchpoint, deleted_at=None)
        .select_related("kpi", "touchpoint__category", "touchpoint__channel")
        .order_by("kpi__rank", "id")
    )
    newest = KpiState.objects.filter(binding__in=bindings).order_by("binding_id", "-period_start")
    states = dict(newest.distinct("binding_id").values_list("binding_id", "state"))
    return sorted(bindings, key=lambda one: SEVERITY.index(states.get(one.pk, "no_data")))


def nature_propose(*, flag: Flag | None, touchpoint: Touchpoint | None) -> Proposal | None:
    """Return the nature that a signal (binding selected with kpi, touchpoint, category, channel), else a touchpoint points to."""
    if flag is not None:
        return of_bindings([flag.binding])
    return of_bindings(_worst_first(touchpoint)) if touchpoint is not None else None
