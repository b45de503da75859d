"""A thousand odd prompts on pictures of all shapes: a result or a named error, never a crash."""

import random

import numpy as np
import pytest
from PIL import Image

from editor.engines.step1x import preprocess
from editor.engines.step1x.config import Sampling
from editor.engines.step1x.engine import Step1XEngine
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.thinker import language, read_prompts, render
from freeai.common.errors import FreeAIError

PARTS = [
    *("<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|vision_start|>", "<|vid", "eo_pad|>", "<tool_call>"),
    *('"', "“", "”", "!", " ", "\n", "\x00", "\x1b", "\u202e", "\ud800", "'", "\\", "é"),
    *(
        "🏳️\u200d🌈",
        "👩🏽\u200d🚀",
        "اجعلها تثلج",
        "הסר",
        "加一个吊坠",
        "{instruction}",
        "<#Success>",
        "snow",
        "Picture 1:",
    ),
]
SEEDS = 1000


def hostile(dice: random.Random) -> str:
    if dice.random() < 0.02:
        return (dice.choice(PARTS) * 8000)[:8000]
    return "".join(dice.choice(PARTS) for _ in range(dice.randrange(12)))


def picture(dice: random.Random) -> Image.Image:
    width, height = dice.choice([(dice.randrange(1, 90), dice.randrange(1, 90)), (640, 20), (64, 64)])
    return Image.new(dice.choice(["RGB", "RGB", "L", "RGBA"]), (width, height), 90)


@pytest.mark.timeout(300)
def test_a_thousand_prompts_never_crash(engine: Step1XEngine) -> None:
    dice, prompts = random.Random(4), read_prompts()
    dials = Sampling(num_inference_steps=1, size_level=64, true_cfg_scale=1.0)
    ends, named = {"result": 0, "refused": 0}, set[str]()
    for number in range(SEEDS):
        prompt, image = hostile(dice), picture(dice)
        try:
            wish = Wish(image, preprocess.wish(prompt), number, dials)
            size = preprocess.edit_size(*image.size, 64)
            for kind in prompts:
                words = dict.fromkeys(("instruction", "description", "prior_score", "prior_reason"), prompt)
                rendered = render(prompts[kind], {"language": language(prompt)} | words)
                assert rendered.count("<|image_pad|>") == len(prompts[kind]["images"])
            made = Flow(engine.pipeline, prompts).run(wish)
        except FreeAIError as error:
            named.add(error.code)
            ends["refused"] += 1
        else:
            assert made.images[0].size == size
            assert np.asarray(made.images[0]).std() >= 0
            ends["result"] += 1
    assert min(ends.values()) > 100, ends
    assert named == {"invalid_request"}
