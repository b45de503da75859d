"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_page
from django.views.i18n import JavaScriptCatalog, set_language

words_for_scripts = cache_page(3600)(JavaScriptCatalog.as_view(packages=["freeai"]))

urlpatterns = [
    path("v1/", include("editor.api.urls")),
    path("", include("editor.urls")),
    path("", include("billing.urls")),
    path("admin/", admin.site.urls),
    path("language/", set_language, name="language"),
    path(
        "language/catalog.js",
        cache_page(3600)(JavaScriptCatalog.as_view(packages=["freeai"])),
        name="js-catalog",
    ),
    path("account/", include("allauth.urls")),
]

handler400 = "editor.api.door.unreadable"
handler500 = "editor.api.door.failed"
