"""What a model would do with a wish, told while it is being typed.

The words alone decide: no picture, no owner, nothing stored and nothing logged. A
model that judges only by working answers with an empty plan.
"""

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_GET

from editor import submission
from editor.pages.answers import answers_errors


@require_GET
@answers_errors
def plan(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Answer {"plan": "warmer +30 %"} for ?prompt=…&mask=0|1, or say why the model declines."""
    told = submission.plan_of(
        slug, request.GET.get("prompt", ""), has_mask=request.GET.get("mask", "0") == "1"
    )
    response = JsonResponse({"plan": told})
    response["Cache-Control"] = "no-store"
    return response
