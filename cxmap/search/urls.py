from django.urls import path

from cxmap.search import views

app_name = "search"
urlpatterns = [path("w/<slug:slug>/search/", views.search_page, name="search")]
