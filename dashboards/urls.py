from django.urls import path

from dashboards import views

app_name = "dashboards"
board = "w/<slug:slug>/dashboards/<uuid:pk>/"
urlpatterns = [
    path("w/<slug:slug>/dashboards/", views.boards.dashboard_list, name="list"),
    path("w/<slug:slug>/dashboards/new/", views.boards.dashboard_add, name="add"),
    path("w/<slug:slug>/overview.pdf", views.boards.overview_file, {"form": "pdf"}, name="overview-pdf"),
    path("w/<slug:slug>/overview.png", views.boards.overview_file, {"form": "png"}, name="overview-png"),
    path(board, views.boards.dashboard_detail, name="detail"),
    path(f"{board}edit/", views.boards.dashboard_edit, name="edit"),
    path(f"{board}delete/", views.boards.dashboard_delete, name="delete"),
    path(f"{board}restore/", views.boards.dashboard_restore, name="restore"),
    path(f"{board}duplicate/", views.boards.dashboard_duplicate, name="duplicate"),
    path(f"{board}undo/", views.boards.dashboard_undo, name="undo"),
    path(f"{board}dashboard.pdf", views.boards.dashboard_file, {"form": "pdf"}, name="pdf"),
    path(f"{board}dashboard.png", views.boards.dashboard_file, {"form": "png"}, name="png"),
    path(f"{board}tiles/new/", views.tiles.tile_add, name="tile-add"),
    path(f"{board}share/", views.sharing.link_list, name="share"),
    path(f"{board}share/new/", views.sharing.link_add, name="share-add"),
    path(f"{board}mails/", views.schedules.schedule_list, name="schedules"),
    path("dashboard-mails/<uuid:pk>/", views.schedules.schedule_edit, name="schedule-edit"),
    path("dashboard-mails/<uuid:pk>/delete/", views.schedules.schedule_delete, name="schedule-delete"),
    path("tiles/<uuid:pk>/", views.tiles.tile_edit, name="tile-edit"),
    path("tiles/<uuid:pk>/move/", views.tiles.tile_move, name="tile-move"),
    path("tiles/<uuid:pk>/resize/", views.tiles.tile_resize, name="tile-resize"),
    path("tiles/<uuid:pk>/duplicate/", views.tiles.tile_duplicate, name="tile-duplicate"),
    path("tiles/<uuid:pk>/delete/", views.tiles.tile_delete, name="tile-delete"),
    path("dashboard-links/<uuid:pk>/revoke/", views.sharing.link_revoke, name="share-revoke"),
    path("shared/dashboards/<str:token>/", views.sharing.shared, name="shared"),
    path("w/<slug:slug>/outcomes/", views.outcomes.outcome_list, name="outcomes"),
    path("w/<slug:slug>/outcomes/new/", views.outcomes.outcome_add, name="outcome-add"),
    path("outcomes/<uuid:pk>/", views.outcomes.outcome_edit, name="outcome-edit"),
    path("outcomes/<uuid:pk>/delete/", views.outcomes.outcome_delete, name="outcome-delete"),
    path("w/<slug:slug>/report/", views.outcomes.report_detail, name="report"),
    path("w/<slug:slug>/report/report.pdf", views.outcomes.report_file, name="report-pdf"),
    path("w/<slug:slug>/reference-figures/", views.references.reference_list, name="references"),
]
