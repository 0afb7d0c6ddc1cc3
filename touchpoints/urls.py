from django.urls import path

from touchpoints import views, views_bulk, views_files

app_name = "touchpoints"
urlpatterns = [
    path("w/<slug:slug>/touchpoints/", views.touchpoint_list, name="list"),
    path("w/<slug:slug>/touchpoints/new/", views.touchpoint_add, name="add"),
    path("w/<slug:slug>/touchpoints/examples/", views.examples_add, name="examples"),
    path("w/<slug:slug>/touchpoints/suggestion/", views.suggestion, name="suggestion"),
    path("w/<slug:slug>/touchpoints/change/", views_bulk.touchpoints_bulk, name="bulk"),
    path("w/<slug:slug>/touchpoints/undo/<uuid:gesture>/", views_bulk.touchpoints_undo, name="undo"),
    path("w/<slug:slug>/touchpoints/duplicates/", views.touchpoint_duplicates, name="duplicates"),
    path("w/<slug:slug>/touchpoints/export/<slug:kind>/", views_files.touchpoints_export, name="export"),
    path("w/<slug:slug>/touchpoints/import/", views_files.touchpoints_import, name="import"),
    path("touchpoints/files/<uuid:pk>/", views_files.library_draft, name="draft"),
    path("touchpoints/files/<uuid:pk>/drop/", views_files.library_draft_drop, name="draft-drop"),
    path("touchpoints/<uuid:pk>/", views.touchpoint_detail, name="detail"),
    path("touchpoints/<uuid:pk>/edit/", views.touchpoint_edit, name="edit"),
    path("touchpoints/<uuid:pk>/delete/", views.touchpoint_delete, name="delete"),
    path("touchpoints/<uuid:pk>/merge/", views.touchpoint_merge, name="merge"),
    path("touchpoints/<uuid:pk>/restore/", views.touchpoint_restore, name="restore"),
    path("touchpoints/<uuid:pk>/content/new/", views.content_add, name="content-add"),
    path("content/<uuid:pk>/edit/", views.content_edit, name="content-edit"),
    path("content/<uuid:pk>/delete/", views.content_delete, name="content-delete"),
    path("content/<uuid:pk>/restore/", views.content_restore, name="content-restore"),
    path("w/<slug:slug>/channels/", views.channel_list, name="channels"),
    path("w/<slug:slug>/channels/new/", views.channel_add, name="channel-add"),
    path("channels/<int:pk>/edit/", views.channel_edit, name="channel-edit"),
    path("channels/<int:pk>/delete/", views.channel_delete, name="channel-delete"),
    path("channels/<int:pk>/icon/", views.channel_icon, name="channel-icon"),
]
