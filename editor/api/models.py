"""`/v1/models`: what can edit, what it costs, and whether it runs now."""

from rest_framework.request import Request
from rest_framework.response import Response

from editor import catalogue, workers
from editor.api import door, objects
from editor.api.create_edit import listed


class Models(door.ApiView):
    """The catalogue in OpenAI's shape, with prices and availability."""

    def get(self, request: Request) -> Response:
        served = workers.served_engines()
        return Response(
            listed(
                [
                    objects.model_object(model, is_available=model.engine in served)
                    for model in catalogue.models()
                ]
            )
        )


class OneModel(door.ApiView):
    """One model, by slug, alias or name."""

    def get(self, request: Request, name: str) -> Response:
        model = catalogue.find(name)
        return Response(objects.model_object(model, is_available=model.engine in workers.served_engines()))
