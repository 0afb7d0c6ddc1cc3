from django.urls import path

from improvements import views, views_departments, views_reviews

app_name = "improvements"
urlpatterns = [
    path("w/<slug:slug>/improvements/", views.improvement_list, name="list"),
    path("w/<slug:slug>/improvements/board/", views.impact_board, name="board"),
    path("w/<slug:slug>/improvements/pains/add/", views.pain_add, name="pain-add"),
    path("w/<slug:slug>/departments/", views_departments.department_list, name="departments"),
    path("w/<slug:slug>/departments/owners/", views_departments.departments_from_owners, name="departments-owners"),
    path("departments/<uuid:pk>/", views_departments.department_edit, name="department-edit"),
    path("departments/<uuid:pk>/delete/", views_departments.department_delete, name="department-delete"),
    path("departments/<uuid:pk>/restore/", views_departments.department_restore, name="department-restore"),
    path("improvements/pain/", views.pain_quick, name="pain-quick"),
    path("improvements/solution/", views.solution_quick, name="solution-quick"),
    path("pains/<uuid:pk>/", views.pain_edit, name="pain-edit"),
    path("pains/<uuid:pk>/delete/", views.pain_delete, name="pain-delete"),
    path("w/<slug:slug>/improvements/solutions/add/", views.solution_add, name="solution-add"),
    path("solutions/<uuid:pk>/", views.solution_edit, name="solution-edit"),
    path("solutions/<uuid:pk>/score/", views.solution_score, name="solution-score"),
    path("journeys/<uuid:pk>/reviews/", views_reviews.review_list, name="reviews"),
    path("journeys/<uuid:pk>/reviews/<slug:checklist>/add/", views_reviews.review_add, name="review-add"),
    path("journeys/<uuid:pk>/reviews/<slug:checklist>/blank.pdf", views_reviews.review_blank, name="review-blank"),
    path("reviews/<uuid:pk>/", views_reviews.review_detail, name="review"),
    path("reviews/<uuid:pk>/answer/", views_reviews.review_answer, name="review-answer"),
    path("reviews/<uuid:pk>/gaps/", views_reviews.review_gaps, name="review-gaps"),
    path("reviews/<uuid:pk>/edit/", views_reviews.review_edit, name="review-edit"),
    path("reviews/<uuid:pk>/delete/", views_reviews.review_delete, name="review-delete"),
    path("reviews/<uuid:pk>/restore/", views_reviews.review_restore, name="review-restore"),
    path("reviews/<uuid:pk>/review.pdf", views_reviews.review_paper, name="review-paper"),
    path("solutions/<uuid:pk>/delete/", views.solution_delete, name="solution-delete"),
]
