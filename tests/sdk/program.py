"""What people do with OpenAI's Python SDK, for whichever major is first on the path: BASE KEY PHOTO."""

import sys
from pathlib import Path

import openai


def main(base: str, key: str, photo: Path) -> None:
    client = openai.OpenAI(base_url=base, api_key=key)
    answer = client.images.edit(model="freeai-lite", image=photo, prompt="black and white", n=2)
    assert answer.data is not None
    assert all(picture.b64_json for picture in answer.data)
    listed = client.images.edit(model="freeai-lite", image=[photo.read_bytes()], prompt="warmer")
    assert listed.usage is not None
    assert listed.usage.total_tokens == 100
    events = client.images.edit(
        model="test-slow", image=photo, prompt="slow 30", stream=True, partial_images=1
    )
    kinds = [event.type for event in events]
    assert kinds[-1] == "image_edit.completed", kinds
    assert "image_edit.partial_image" in kinds
    try:
        client.images.edit(model="nothing", image=photo, prompt="x")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found"  # noqa: PT017  (a program, not a test)
    patient = client.with_options(max_retries=5)
    assert patient.images.edit(model="test-slow", image=photo, prompt="slow 90").data
    print(openai.__version__)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
