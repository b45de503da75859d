"""Addresses of the editor."""

from django.urls import path

from editor.pages import (
    account,
    api_docs,
    edit_pages,
    health,
    key_pages,
    mask_editor,
    model_page,
    plan_pages,
    pricing_page,
    source_pages,
)

urlpatterns = [
    path("", model_page.landing, name="landing"),
    path("models/", model_page.models, name="models"),
    path("models/<slug:slug>/", model_page.model, name="model"),
    path("models/<slug:slug>/plan", plan_pages.plan, name="model-plan"),
    path("sources/", source_pages.upload, name="sources"),
    path("sources/<slug:source_id>/image", source_pages.image, name="source-image"),
    path("sources/<slug:source_id>/object", source_pages.object_at, name="source-object"),
    path("image/edit/", mask_editor.show, name="mask-editor"),
    path("edits/", edit_pages.create, name="edits"),
    path("edits/<slug:edit_id>/", edit_pages.show, name="edit"),
    path("edits/<slug:edit_id>/status", edit_pages.status, name="edit-status"),
    path("edits/<slug:edit_id>/events", edit_pages.events, name="edit-events"),
    path("edits/<slug:edit_id>/preview", edit_pages.preview, name="edit-preview"),
    path("edits/<slug:edit_id>/result", edit_pages.result, name="edit-result"),
    path("edits/<slug:edit_id>/thumbnail", edit_pages.thumbnail, name="edit-thumbnail"),
    path("edits/<slug:edit_id>/changes", edit_pages.changes, name="edit-changes"),
    path("edits/<slug:edit_id>/cancel", edit_pages.cancel, name="edit-cancel"),
    path("edits/<slug:edit_id>/retry", edit_pages.retry, name="edit-retry"),
    path("edits/<slug:edit_id>/continue", edit_pages.continue_from, name="edit-continue"),
    path("edits/<slug:edit_id>/delete", edit_pages.delete, name="edit-delete"),
    path("pricing/", pricing_page.show, name="pricing"),
    path("account/", account.account, name="account"),
    path("account/keys/", key_pages.mint, name="keys"),
    path("account/webhooks/secret", key_pages.rotate_secret, name="webhook-secret"),
    path("account/webhooks/<slug:delivery_id>/resend", key_pages.resend, name="webhook-resend"),
    path("account/keys/<slug:key_id>/rotate", key_pages.rotate, name="key-rotate"),
    path("account/keys/<slug:key_id>/revoke", key_pages.revoke, name="key-revoke"),
    path("api/", api_docs.api_docs, name="api-docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
