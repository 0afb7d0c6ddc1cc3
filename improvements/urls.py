from django.urls import path

from improvements import views

app_name = "improvements"
urlpatterns = [
    path("w/<slug:slug>/improvements/", views.improvement_list, name="list"),
    path("w/<slug:slug>/improvements/board/", views.impact_board, name="board"),
    path("w/<slug:slug>/improvements/pains/add/", views.pain_add, name="pain-add"),
    path("improvements/pain/", views.pain_quick, name="pain-quick"),
    path("improvements/solution/", views.solution_quick, name="solution-quick"),
    path("pains/<uuid:pk>/", views.pain_edit, name="pain-edit"),
    path("pains/<uuid:pk>/delete/", views.pain_delete, name="pain-delete"),
    path("w/<slug:slug>/improvements/solutions/add/", views.solution_add, name="solution-add"),
    path("solutions/<uuid:pk>/", views.solution_edit, name="solution-edit"),
    path("solutions/<uuid:pk>/score/", views.solution_score, name="solution-score"),
    path("solutions/<uuid:pk>/delete/", views.solution_delete, name="solution-delete"),
]
