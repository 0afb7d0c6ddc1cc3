from django.urls import path

from personas import views, views_files, views_papers

app_name = "personas"
urlpatterns = [
    path("w/<slug:slug>/personas/", views.persona_list, name="list"),
    path("w/<slug:slug>/personas/new/", views.persona_add, name="add"),
    path("w/<slug:slug>/personas/which/", views.choose, name="choose"),
    path("w/<slug:slug>/personas/compare/", views.compare, name="compare"),
    path("w/<slug:slug>/personas/hints/", views.hints, name="hints"),
    path("w/<slug:slug>/personas/template/<slug:language>.<slug:kind>", views_files.template, name="template"),
    path("w/<slug:slug>/personas/export/<slug:kind>/", views_files.export, name="export"),
    path("w/<slug:slug>/personas/import/", views_files.bring, name="bring"),
    path("personas/<uuid:pk>/file/<slug:kind>/", views_files.sheet_file, name="file"),
    path("w/<slug:slug>/personas/blank-sheet.pdf", views_papers.blank_pdf, name="blank-pdf"),
    path("personas/<uuid:pk>/", views.persona_detail, name="detail"),
    path("personas/<uuid:pk>/edit/", views.persona_edit, name="edit"),
    path("personas/<uuid:pk>/delete/", views.persona_delete, name="delete"),
    path("personas/<uuid:pk>/restore/", views.persona_restore, name="restore"),
    path("personas/<uuid:pk>/status/", views.persona_status, name="status"),
    path("personas/<uuid:pk>/portrait/", views.portrait, name="portrait"),
    path("personas/<uuid:pk>/picture/", views.picture, name="picture"),
    path("personas/<uuid:pk>/sheet.pdf", views_papers.persona_pdf, name="pdf"),
    path("personas/<uuid:pk>/sheet.png", views_papers.persona_png, name="png"),
    path("w/<slug:slug>/personas/sheets.pdf", views_papers.personas_pdf, name="sheets-pdf"),
    path("personas/<uuid:pk>/sheet.pptx", views_papers.persona_pptx, name="pptx"),
    path("w/<slug:slug>/personas/sheets.pptx", views_papers.personas_pptx, name="sheets-pptx"),
    path("traits/<int:pk>/evidence/add/", views.evidence_add, name="evidence-add"),
    path("persona-sections/<int:pk>/evidence/add/", views.section_evidence_add, name="section-evidence-add"),
    path("evidence/<int:pk>/remove/", views.evidence_remove, name="evidence-remove"),
    path("evidence/<int:pk>/restore/", views.evidence_restore, name="evidence-restore"),
]
