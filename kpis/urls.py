from django.urls import path

from kpis import views

app_name = "kpis"
urlpatterns = [
    path("w/<slug:slug>/", views.dashboard.dashboard, name="dashboard"),
    path("w/<slug:slug>/kpis/", views.catalogue.kpi_list, name="list"),
    path("w/<slug:slug>/kpis/add/", views.catalogue.kpi_add, name="add"),
    path("kpis/<uuid:pk>/", views.catalogue.kpi_detail, name="detail"),
    path("kpis/<uuid:pk>/edit/", views.catalogue.kpi_edit, name="edit"),
    path("kpis/<uuid:pk>/archive/", views.catalogue.kpi_archive, name="archive"),
    path("kpis/<uuid:pk>/restore/", views.catalogue.kpi_restore, name="restore"),
    path("w/<slug:slug>/matrix/", views.matrix.matrix, name="matrix"),
    path("w/<slug:slug>/matrix/cell/", views.matrix.matrix_cell, name="matrix-cell"),
    path("w/<slug:slug>/matrix/add/", views.matrix_gaps.gap_fill, name="matrix-add"),
    path("w/<slug:slug>/matrix/not-applicable/", views.matrix_gaps.gap_dismiss, name="matrix-dismiss"),
    path("matrix/not-applicable/<uuid:pk>/restore/", views.matrix_gaps.gap_restore, name="matrix-restore"),
    path("w/<slug:slug>/matrix/example/", views.matrix_example.example, name="matrix-example"),
    path("w/<slug:slug>/matrix/export/", views.matrix.matrix_export, name="matrix-export"),
    path("w/<slug:slug>/touchpoints/ranking/", views.ranking.ranking, name="ranking"),
    path("w/<slug:slug>/touchpoints/ranking/export/<slug:kind>/", views.ranking.ranking_export, name="ranking-export"),
    path("touchpoints/<uuid:pk>/kpis/add/", views.bindings.binding_add, name="binding-add"),
    path("kpi-bindings/quick/", views.bindings.binding_quick, name="binding-quick"),
    path("kpi-bindings/<uuid:pk>/", views.bindings.binding_edit, name="binding-edit"),
    path("kpi-bindings/<uuid:pk>/delete/", views.bindings.binding_delete, name="binding-delete"),
    path("kpi-bindings/<uuid:pk>/target/", views.targets.target_set, name="target-set"),
    path("kpi-bindings/<uuid:pk>/target/check/", views.targets.target_check, name="target-check"),
    path("w/<slug:slug>/targets/", views.targets.targets, name="targets"),
    path("steps/<uuid:pk>/figures/", views.journeys.step_detail, name="step-detail"),
    path("journeys/<uuid:pk>/funnel/", views.journeys.journey_funnel, name="funnel"),
    path("personas/<uuid:pk>/data/", views.persona_data.persona_data, name="persona-data"),
    path("flags/<uuid:pk>/", views.flags.flag_detail, name="flag-detail"),
    path("flags/<uuid:pk>/acknowledge/", views.flags.flag_acknowledge, name="flag-acknowledge"),
    path("flags/<uuid:pk>/snooze/", views.flags.flag_snooze, name="flag-snooze"),
    path("flags/<uuid:pk>/refuse/", views.flags.flag_refuse, name="flag-refuse"),
    path("flags/<uuid:pk>/reopen/", views.flags.flag_reopen, name="flag-reopen"),
]
