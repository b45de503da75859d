"""Qwen2.5-VL, the text encoder of Step1X-Edit and of Qwen-Image-Edit: it looks, reads and answers.

The vision tower runs once per picture and the head only where a token is chosen. Nothing in the model keeps
state between calls: positions are passed in.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache

IMAGE_PAD = "<|image_pad|>"
SEEN = f"<|vision_start|>{IMAGE_PAD}<|vision_end|>"
TEMPERATURE, TOP_P, TOP_K = 0.7, 0.9, 50
"""How words are picked; as in Step1X-Edit v1p2."""


class Patches(NamedTuple):
    """A picture cut up for the vision tower: pixel rows, and its grid of merged patches (rows, columns)."""

    pixels: Tensor
    grid_thw: Tensor
    grid: tuple[int, int]
    key: bytes

    @property
    def tokens(self) -> int:
        return self.grid[0] * self.grid[1]


Question = tuple[list[int], list[Patches]]
"""Token ids, pictures' marks included, and the pictures."""


def chat(system: str, user: str) -> str:
    """Return one user turn as the model's template renders it, ready for the answer."""
    turns = f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n"
    return f"{turns}<|im_start|>assistant\n"


class QwenVL:
    """Holds model, tokenizer and image processor; remembers what it has seen, `remember` things at most."""

    def __init__(
        self, model: Any, tokenizer: Any, image_processor: Any, *, remember: int, device: torch.device
    ) -> None:
        self.model, self.tokenizer, self.device = model, tokenizer, device
        self.language, self.image_id = model.model.language_model, tokenizer.convert_tokens_to_ids(IMAGE_PAD)
        self._processor, self._remember = image_processor, remember
        self._seen: OrderedDict[Any, Any] = OrderedDict()

    def patches(self, image: Image.Image, pixels: tuple[int, int]) -> Patches:
        """Cut a picture up, after fitting its area between the two limits."""
        size = {"shortest_edge": pixels[0], "longest_edge": pixels[1]}
        cut = self._processor(images=image, size=size, return_tensors="pt")
        grid = cut["image_grid_thw"]
        _, rows, columns = (int(side) // self._processor.merge_size for side in grid[0])
        key = hashlib.sha256(cut["pixel_values"].numpy().tobytes()).digest()
        return Patches(cut["pixel_values"], grid, (rows, columns), key)

    def question(self, rendered: str, pictures: list[Patches]) -> Question:
        """Return a rendered chat as token ids, its pictures' marks expanded, and the pictures."""
        parts, marks = rendered.split(IMAGE_PAD), [IMAGE_PAD * one.tokens for one in pictures]
        whole = "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))
        return self.tokenizer.encode(whole, add_special_tokens=False), pictures

    def vision(self, patches: Patches) -> Tensor:
        """Return the picture's tokens, (n, D); computed once per picture."""

        def look() -> Any:
            pixels = patches.pixels.to(self.device, self.model.dtype)
            return self.model.model.visual(pixels, grid_thw=patches.grid_thw.to(self.device)).pooler_output

        seen: Tensor = self.remembered(("vision", patches.key), look)
        return seen

    def embed(self, ids: Tensor, pictures: list[Patches]) -> Tensor:
        """Return input embeddings (1, L, D) with the pictures' tokens in their places."""
        embeds: Tensor = self.language.embed_tokens(ids)
        if pictures:
            seen = torch.cat([self.vision(one) for one in pictures]).to(embeds.dtype)
            embeds = embeds.masked_scatter((ids == self.image_id)[..., None], seen)
        return embeds

    def positions(self, tokens: list[int], pictures: list[Patches], *, skip_zero: bool = False) -> Tensor:
        """Return the three axes of positions, (3, 1, L): text counts up, a picture spans its grid.

        skip_zero: tokens of id 0 ("!") take no part and get position 1, as where Step1X-Edit's published
        results were made; releases of the library fill them differently.
        """
        ids, grids = torch.tensor([tokens]), torch.cat([one.grid_thw for one in pictures])
        taken = ids > 0 if skip_zero else torch.ones_like(ids)
        is_image = (ids == self.image_id).int()
        places: Tensor = self.model.model.get_rope_index(ids, is_image, grids, attention_mask=taken)[0]
        return places.masked_fill(taken == 0, 1)

    def generate(
        self,
        questions: list[Question],
        *,
        tokens_max: int,
        seeds: list[int],
        is_complete: Callable[[str], bool],
        tick: Callable[[], None],
        temperature: float = TEMPERATURE,
    ) -> list[list[int]]:
        """Answer several questions side by side, each with a seed of its own; returns new token ids.

        Stops a row at the end-of-turn token, at `tokens_max`, or once `is_complete` says its text is.
        tick is called before every token and may raise to stop all of it.
        """
        embeds, mask, places = self._side_by_side(questions)
        cache = DynamicCache(config=self.model.config.text_config)
        sources = [torch.Generator("cpu").manual_seed(seed % 2**63) for seed in seeds]
        replies: list[list[int]] = [[] for _ in questions]
        is_open, end = [True] * len(questions), int(self.tokenizer.eos_token_id)
        while any(is_open) and max(map(len, replies)) < tokens_max:
            tick()
            states = self.language(
                inputs_embeds=embeds, attention_mask=mask, position_ids=places, cache=cache, use_cache=True
            )[0]
            scores = self.model.lm_head(states[:, -1]).float().cpu()
            for row, reply in enumerate(replies):
                if is_open[row]:
                    so_far = questions[row][0] + reply
                    reply.append(self._pick(scores[row], so_far, temperature, sources[row]))
                    is_open[row] = reply[-1] != end and not is_complete(self.text(reply))
            new = torch.tensor([[reply[-1]] for reply in replies], device=self.device)
            embeds, mask = self.language.embed_tokens(new), functional.pad(mask, (0, 1), value=1)
            places = places.amax(dim=(0, 2), keepdim=True).expand(3, -1, 1) + 1
        return replies

    def _side_by_side(self, questions: list[Question]) -> tuple[Tensor, Tensor, Tensor]:
        """Return embeddings (B, L, D), mask (B, L) and positions (3, B, L), padded on the left."""
        longest = max(len(ids) for ids, _ in questions)
        rows = []
        for ids, pictures in questions:
            pad = longest - len(ids)
            embeds = self.embed(torch.tensor([ids], device=self.device), pictures)
            places = self.positions(ids, pictures).to(self.device)
            mask = functional.pad(torch.ones_like(places[0]), (pad, 0))
            rows.append((functional.pad(embeds, (0, 0, pad, 0)), mask, functional.pad(places, (pad, 0))))
        all_embeds, masks, all_places = zip(*rows, strict=True)
        return torch.cat(all_embeds), torch.cat(masks), torch.cat(all_places, dim=1)

    def _pick(self, scores: Tensor, so_far: list[int], temperature: float, source: torch.Generator) -> int:
        """Choose the next token from scores, (V,) float32, in the order of transformers' own sampling.

        Repetition penalty, temperature (0 takes the likeliest), top-k, top-p.
        """
        used, penalty = torch.tensor(so_far), float(self.model.generation_config.repetition_penalty or 1.0)
        score = scores[used]
        scores[used] = torch.where(score < 0, score * penalty, score / penalty)
        if temperature == 0:
            return int(scores.argmax())
        best, tokens = (scores / temperature).topk(min(TOP_K, len(scores)))
        shares = best.softmax(dim=0)
        shares[shares.cumsum(0) - shares > TOP_P] = 0
        return int(tokens[torch.multinomial(shares, 1, generator=source)])

    def text(self, ids: list[int]) -> str:
        """Return what these tokens say, without marks."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))

    def remembered(self, key: Any, compute: Callable[[], Any]) -> Any:
        """Return what was computed under this key; the least used is forgotten first."""
        self._seen[key] = value = self._seen.pop(key) if key in self._seen else compute()
        while len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return value

    def forget(self) -> None:
        """Drop everything remembered."""
        self._seen.clear()
