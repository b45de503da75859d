"""All addresses of the site."""

from django.urls import include, path

urlpatterns = [
    path("", include("editor.urls")),
    path("", include("billing.urls")),
    path("account/", include("allauth.urls")),
]
