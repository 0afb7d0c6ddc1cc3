"""API v1: every app registers its resources here; OpenAPI 3.1 at schema/, pages at docs/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from alerts import api as alerts
from cxmap import schema, views  # noqa: F401 - the schema's description of tokens
from dashboards import api as dashboards
from improvements import api as improvements
from journeys import api as journeys
from journeys.api_comments import CommentViewSet
from journeys.api_document import DocumentView
from kpis import api as kpis
from kpis.api.matrix import MatrixView
from personas import api as personas
from sources import api as sources
from touchpoints import api as touchpoints

router = SimpleRouter()
router.register("journeys", journeys.JourneyViewSet, "journey")
router.register("comments", CommentViewSet, "comment")
router.register("personas", personas.PersonaViewSet, "persona")
router.register("segments", personas.SegmentViewSet, "segment")
router.register("touchpoints", touchpoints.TouchpointViewSet, "touchpoint")
router.register("contents", touchpoints.ContentViewSet, "content")
router.register("categories", touchpoints.CategoryViewSet, "category")
router.register("channels", touchpoints.ChannelViewSet, "channel")
router.register("kpis", kpis.KpiViewSet, "kpi")
router.register("bindings", kpis.BindingViewSet, "binding")
router.register("targets", kpis.TargetViewSet, "target")
router.register("flags", kpis.FlagViewSet, "flag")
router.register("alerts", alerts.AlertViewSet, "alert")
router.register("webhooks", alerts.WebhookViewSet, "webhook")
router.register("imports", sources.ImportViewSet, "import")
router.register("pains", improvements.PainViewSet, "pain")
router.register("dashboards", dashboards.DashboardViewSet, "dashboard")
router.register("solutions", improvements.SolutionViewSet, "solution")

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", views.api_docs, name="docs"),
    path("observations/", kpis.ObservationsView.as_view(), name="observations"),
    path("values/", kpis.ValuesView.as_view(), name="values"),
    path("journeys/<uuid:pk>/document/", DocumentView.as_view(), name="journey-document"),
    path("matrix/", MatrixView.as_view(), name="matrix"),
    path("", include(router.urls)),
]
