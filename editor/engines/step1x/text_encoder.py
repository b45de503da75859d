"""Qwen2.5-VL in its two parts: it reads prompt and picture for the transformer, and it thinks.

The vision tower runs once per picture and the head only where a token is chosen. Nothing in the model keeps
state between calls: positions are passed in.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from transformers import DynamicCache

from editor.engines.step1x.config import ENCODER_PIXELS, PREFIX_DROP_TOKENS, TEXT_TOKENS_MAX
from editor.engines.step1x.tokenization import IMAGE_PAD, render_edit, tokenize
from editor.engines.step1x.transformer import TextCondition


@dataclass(frozen=True, slots=True)
class Patches:
    """A picture cut up for the vision tower: pixel rows, and its grid of merged patches (rows, columns)."""

    pixels: Tensor
    grid_thw: Tensor
    grid: tuple[int, int]
    key: bytes

    @property
    def tokens(self) -> int:
        return self.grid[0] * self.grid[1]


@dataclass(frozen=True, slots=True)
class Dice:
    """How the thinker picks words; temperature 0 takes the likeliest."""

    temperature: float = 0.7
    top_p: float = 0.9
    top_k: int = 50


class TextEncoder:
    """Holds model, tokenizer and image processor; remembers pictures and prompts it has seen."""

    def __init__(
        self, model: Any, tokenizer: Any, image_processor: Any, *, remember: int, device: torch.device
    ) -> None:
        self.model, self.tokenizer, self.device = model, tokenizer, device
        self._processor, self._remember = image_processor, remember
        self._language = model.model.language_model
        self._image_id = int(tokenizer.convert_tokens_to_ids(IMAGE_PAD))
        self._seen: OrderedDict[Any, Any] = OrderedDict()

    def patches(self, image: Image.Image, pixels: tuple[int, int] = ENCODER_PIXELS) -> Patches:
        """Cut a picture up, after fitting its area between the two limits."""
        size = {"shortest_edge": pixels[0], "longest_edge": pixels[1]}
        cut = self._processor(images=image, size=size, return_tensors="pt")
        grid = cut["image_grid_thw"]
        _, rows, columns = (int(side) // self._processor.merge_size for side in grid[0])
        key = hashlib.sha256(cut["pixel_values"].numpy().tobytes()).digest()
        return Patches(cut["pixel_values"], grid, (rows, columns), key)

    def vision(self, patches: Patches) -> Tensor:
        """Return the picture's tokens, (n, D); computed once per picture."""

        def look() -> Tensor:
            pixels = patches.pixels.to(self.device, self.model.dtype)
            seen = self.model.model.visual(pixels, grid_thw=patches.grid_thw.to(self.device))
            return cast(Tensor, seen.pooler_output)

        return cast(Tensor, self._remembered(("vision", patches.key), look))

    def encode(self, prompt: str, patches: Patches, size: tuple[int, int]) -> TextCondition:
        """Read an edit prompt with its picture. size: of the edit, in pixels."""

        def read() -> TextCondition:
            tokens, quotes = tokenize(render_edit(prompt), self.tokenizer, image_tokens=patches.tokens)
            # What is cut off afterwards need not be read: no token sees a later one.
            end = PREFIX_DROP_TOKENS + TEXT_TOKENS_MAX
            ids = torch.tensor([tokens[:end]], device=self.device)
            kept = slice(PREFIX_DROP_TOKENS, end)
            embeds = self.embed(ids, [patches])
            places = self.positions(tokens, [patches], skip_zero=True)[..., :end]
            states = self._language(
                inputs_embeds=embeds, position_ids=places.to(self.device), use_cache=False
            ).last_hidden_state
            is_image = (ids[0] == self._image_id)[kept].cpu()
            where = text_ids(places[0, 0, kept], is_image, patches.grid, size).to(self.device)
            quoted = torch.tensor([quotes[kept]], device=self.device)
            return TextCondition(states[:, kept], embeds[:, kept], quoted, where)

        return cast(TextCondition, self._remembered(("text", patches.key, prompt, size), read))

    def embed(self, ids: Tensor, pictures: list[Patches]) -> Tensor:
        """Return input embeddings (1, L, D) with the pictures' tokens in their places."""
        embeds: Tensor = self._language.embed_tokens(ids)
        if pictures:
            seen = torch.cat([self.vision(one) for one in pictures]).to(embeds.dtype)
            embeds = embeds.masked_scatter((ids == self._image_id)[..., None], seen)
        return embeds

    def positions(self, tokens: list[int], pictures: list[Patches], *, skip_zero: bool) -> Tensor:
        """Return the three axes of positions, (3, 1, L): text counts up, a picture spans its grid.

        skip_zero: tokens of id 0 ("!") take no part and get position 1, as where the weights' published
        results were made; releases of the library fill them differently.
        """
        ids = torch.tensor([tokens])
        grids = torch.cat([one.grid_thw for one in pictures])
        taken = ids > 0 if skip_zero else torch.ones_like(ids)
        places, _ = self.model.model.get_rope_index(
            ids, (ids == self._image_id).int(), grids, attention_mask=taken
        )
        return cast(Tensor, places.masked_fill(taken == 0, 1))

    def generate(
        self,
        prompts: list[tuple[list[int], list[Patches]]],
        *,
        tokens_max: int,
        seeds: list[int],
        is_complete: Callable[[str], bool],
        tick: Callable[[], None],
        dice: Dice = Dice(),
    ) -> list[list[int]]:
        """Answer several prompts side by side, each with a seed of its own; returns new token ids.

        Stops a row at the end-of-turn token, at `tokens_max`, or once `is_complete` says its text is.
        tick is called before every token and may raise to stop all of it.
        """
        embeds, mask, places = self._side_by_side(prompts)
        cache = DynamicCache(config=self.model.config.text_config)
        sources = [torch.Generator("cpu").manual_seed(seed % 2**63) for seed in seeds]
        replies: list[list[int]] = [[] for _ in prompts]
        is_open, end = [True] * len(prompts), int(self.tokenizer.eos_token_id)
        while any(is_open) and max(map(len, replies)) < tokens_max:
            tick()
            states = self._language(
                inputs_embeds=embeds, attention_mask=mask, position_ids=places, cache=cache, use_cache=True
            ).last_hidden_state
            scores = self.model.lm_head(states[:, -1]).float().cpu()
            for row, (ids, _) in enumerate(prompts):
                if is_open[row]:
                    replies[row].append(self._pick(scores[row], ids + replies[row], dice, sources[row]))
                    is_open[row] = replies[row][-1] != end and not is_complete(self.text(replies[row]))
            new = torch.tensor([[reply[-1]] for reply in replies], device=self.device)
            embeds, mask = self._language.embed_tokens(new), functional.pad(mask, (0, 1), value=1)
            places = places.amax(dim=(0, 2), keepdim=True).expand(3, -1, 1) + 1
        return replies

    def _side_by_side(self, prompts: list[tuple[list[int], list[Patches]]]) -> tuple[Tensor, Tensor, Tensor]:
        """Return embeddings (B, L, D), mask (B, L) and positions (3, B, L), padded on the left."""
        longest = max(len(ids) for ids, _ in prompts)
        rows = []
        for ids, pictures in prompts:
            pad = longest - len(ids)
            embeds = self.embed(torch.tensor([ids], device=self.device), pictures)
            places = self.positions(ids, pictures, skip_zero=False).to(self.device)
            mask = functional.pad(torch.ones_like(places[0]), (pad, 0))
            rows.append((functional.pad(embeds, (0, 0, pad, 0)), mask, functional.pad(places, (pad, 0))))
        all_embeds, masks, all_places = zip(*rows, strict=True)
        return torch.cat(all_embeds), torch.cat(masks), torch.cat(all_places, dim=1)

    def _pick(self, scores: Tensor, so_far: list[int], dice: Dice, source: torch.Generator) -> int:
        """Choose the next token, (V,) float32 scores: repetition penalty, temperature, top-k, top-p.

        Source: the order and the defaults of transformers' own sampling.
        """
        used = torch.tensor(sorted(set(so_far)))
        score, penalty = scores[used], float(self.model.generation_config.repetition_penalty or 1.0)
        scores[used] = torch.where(score < 0, score * penalty, score / penalty)
        if dice.temperature == 0:
            return int(scores.argmax())
        best, tokens = (scores / dice.temperature).topk(min(dice.top_k, len(scores)))
        shares = best.softmax(dim=0)
        shares[shares.cumsum(0) - shares > dice.top_p] = 0
        return int(tokens[torch.multinomial(shares, 1, generator=source)])

    def text(self, ids: list[int]) -> str:
        """Return what these tokens say, without marks."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))

    def forget(self) -> None:
        """Drop everything remembered."""
        self._seen.clear()

    def _remembered(self, key: Any, compute: Callable[[], Any]) -> Any:
        value = self._seen.pop(key) if key in self._seen else compute()
        self._seen[key] = value
        while len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return value


def text_ids(temporal: Tensor, is_image: Tensor, grid: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Return the transformer's positions of the text tokens, (T, 3) float32.

    Text lies on a line that ends at -1; a vision token also lies where it looks, in latent coordinates.
    temporal, is_image: (T,). Source: SPEC of the model, §4, as published.
    """
    out = torch.zeros(len(temporal), 3)
    out[:, 0] = (temporal - (temporal.max() + 1)).float()

    def across(cells: int, side: int) -> Tensor:
        pixel = (28 * torch.arange(cells, dtype=torch.float64) + 13.5) * (side - 1) / (28 * cells - 1)
        return ((pixel - 11) / 16).float()

    where = torch.cartesian_prod(across(grid[0], size[1]), across(grid[1], size[0]))
    out[is_image, 1:] = where[: int(is_image.sum())]
    return out
