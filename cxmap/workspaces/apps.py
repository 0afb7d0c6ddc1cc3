from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "cxmap.workspaces"
    label = "workspaces"
