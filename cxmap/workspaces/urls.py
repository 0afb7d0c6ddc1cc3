from django.urls import path

from cxmap.workspaces import views

app_name = "workspaces"
urlpatterns = [
    path("workspaces/new/", views.workspace_add, name="add"),
    path("w/<slug:slug>/settings/", views.workspace_settings, name="settings"),
    path("w/<slug:slug>/members/", views.member_list, name="members"),
    path("w/<slug:slug>/members/invite/", views.invitation_add, name="invite"),
    path("members/<int:pk>/role/", views.member_role, name="member-role"),
    path("members/<int:pk>/remove/", views.member_remove, name="member-remove"),
    path("invitations/<uuid:pk>/revoke/", views.invitation_revoke, name="invitation-revoke"),
    path("join/<str:token>/", views.invitation_accept, name="join"),
    path("access/ask/", views.access_ask, name="access-ask"),
    path("access/asked/", views.access_asked, name="access-asked"),
    path("access-requests/<uuid:pk>/grant/", views.access_grant, name="access-grant"),
    path("access-requests/<uuid:pk>/decline/", views.access_decline, name="access-decline"),
    path("w/<slug:slug>/tokens/", views.token_list, name="tokens"),
    path("w/<slug:slug>/tokens/add/", views.token_add, name="token-add"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
    path("w/<slug:slug>/history/", views.history, name="history"),
]
