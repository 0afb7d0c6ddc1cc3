from django.urls import path

from sources import views

app_name = "sources"
urlpatterns = [
    path("w/<slug:slug>/sources/", views.lists.source_list, name="list"),
    path("w/<slug:slug>/sources/upload/", views.imports.import_upload, name="upload"),
    path("w/<slug:slug>/sources/measure/", views.measures.measure_add_page, name="measure-add"),
    path("sources/<uuid:pk>/", views.lists.source_detail, name="source"),
    path("kpi-bindings/<uuid:pk>/observations/", views.observations.observation_list, name="observations"),
    path("imports/<uuid:pk>/", views.imports.import_detail, name="import-detail"),
    path("imports/<uuid:pk>/mapping/", views.mappings.import_mapping, name="import-mapping"),
    path("imports/<uuid:pk>/mapping.json", views.mappings.mapping_download, name="mapping-download"),
    path("imports/<uuid:pk>/mapping/upload/", views.mappings.mapping_upload, name="mapping-upload"),
    path("imports/<uuid:pk>/start/", views.imports.import_start, name="import-start"),
    path("imports/<uuid:pk>/withdraw/", views.imports.import_withdraw, name="import-withdraw"),
    path("imports/<uuid:pk>/delete/", views.imports.import_delete, name="import-delete"),
    path("imports/<uuid:pk>/rejections.csv", views.imports.import_rejections, name="import-rejections"),
]
