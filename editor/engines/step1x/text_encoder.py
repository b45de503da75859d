"""Qwen2.5-VL in its two parts: it reads prompt and picture for the transformer, and it thinks.

The vision tower runs once per picture and the head only where a token is chosen. Nothing in
the model keeps state between calls: positions are computed here and passed in.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from PIL import Image
from torch import Tensor
from transformers import DynamicCache

from editor.engines.step1x.config import ENCODER_PIXELS, PREFIX_DROP_TOKENS, TEXT_TOKENS_MAX
from editor.engines.step1x.tokenization import IMAGE_PAD, Tokens, render_edit, tokenize
from editor.engines.step1x.transformer import TextCondition


@dataclass(frozen=True, slots=True)
class Patches:
    """A picture cut up for the vision tower: pixel rows, and its grid of patches (rows, columns)."""

    pixels: Tensor
    grid: tuple[int, int]
    key: bytes

    @property
    def tokens(self) -> int:
        return self.grid[0] * self.grid[1] // 4


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
        self._processor = image_processor
        self._remember = remember
        self._seen: OrderedDict[Any, Any] = OrderedDict()
        self._penalty = float(model.generation_config.repetition_penalty or 1.0)

    def patches(self, image: Image.Image, pixels: tuple[int, int] = ENCODER_PIXELS) -> Patches:
        """Cut a picture up, after fitting its area between the two limits."""
        size = {"shortest_edge": pixels[0], "longest_edge": pixels[1]}
        cut = self._processor(images=image, size=size, return_tensors="pt")
        _, rows, columns = (int(side) for side in cut["image_grid_thw"][0])
        key = hashlib.sha256(cut["pixel_values"].numpy().tobytes()).digest()
        return Patches(cut["pixel_values"], (rows, columns), key)

    def vision(self, patches: Patches) -> Tensor:
        """Return the picture's tokens, (n, D); computed once per picture."""

        def look() -> Tensor:
            grid = torch.tensor([[1, *patches.grid]], device=self.device)
            pixels = patches.pixels.to(self.device, self.model.dtype)
            return cast(Tensor, self.model.model.visual(pixels, grid_thw=grid).pooler_output)

        return cast(Tensor, self._remembered(("vision", patches.key), look))

    def encode(self, prompt: str, patches: Patches, size: tuple[int, int]) -> TextCondition:
        """Read an edit prompt with its picture. size: of the edit, in pixels."""

        def read() -> TextCondition:
            tokens = tokenize(render_edit(prompt), self.tokenizer, image_tokens=patches.tokens)
            return self._read(tokens, patches, size)

        return cast(TextCondition, self._remembered(("text", patches.key, prompt, size), read))

    def _read(self, tokens: Tokens, patches: Patches, size: tuple[int, int]) -> TextCondition:
        # What is cut off afterwards need not be read: no token sees a later one.
        read = tokens.ids[: PREFIX_DROP_TOKENS + TEXT_TOKENS_MAX]
        ids = torch.tensor([read], device=self.device)
        embeds = self.embed(ids, [patches])
        positions = self.positions(read, [patches.grid], skip_zero=True)
        states = self.model.model.language_model(
            inputs_embeds=embeds, position_ids=positions[:, None].to(self.device), use_cache=False
        ).last_hidden_state
        kept = slice(PREFIX_DROP_TOKENS, len(read))
        is_image = (ids[0] == self._image_id)[kept].cpu()
        quoted = torch.tensor([tokens.quoted], device=self.device)[:, kept]
        places = text_ids(positions[0, kept], is_image, patches.grid, size)
        return TextCondition(states[:, kept], embeds[:, kept], quoted, places.to(self.device))

    def embed(self, ids: Tensor, pictures: list[Patches]) -> Tensor:
        """Return input embeddings (1, L, D) with the pictures' tokens in their places."""
        embeds: Tensor = self.model.model.language_model.embed_tokens(ids)
        if pictures:
            seen = torch.cat([self.vision(one) for one in pictures]).to(embeds.dtype)
            embeds = embeds.masked_scatter((ids == self._image_id)[..., None], seen)
        return embeds

    def positions(self, ids: list[int], grids: list[tuple[int, int]], *, skip_zero: bool) -> Tensor:
        """Return the three axes of positions, (3, L): text counts up, a picture spans its grid.

        skip_zero: tokens of id 0 ("!") take no part and get position 1, as where the weights' published
        results were made.
        """
        out = torch.ones(3, len(ids), dtype=torch.long)
        merged = iter([(rows // 2, columns // 2) for rows, columns in grids])
        following, index = 0, 0
        while index < len(ids):
            if ids[index] == self._image_id:
                rows, columns = next(merged)
                span = torch.arange(rows * columns)
                block = torch.stack([torch.zeros_like(span), span // columns, span % columns])
                out[:, index : index + rows * columns] = (block + following)[:, : len(ids) - index]
                following, index = following + max(rows, columns), index + rows * columns
                continue
            if not (skip_zero and ids[index] == 0):
                out[:, index] = following
                following += 1
            index += 1
        return out

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
        states, cache, mask, following = self._prefill(prompts)
        dices = [torch.Generator("cpu").manual_seed(seed % 2**63) for seed in seeds]
        replies: list[list[int]] = [[] for _ in prompts]
        ends = {int(self.tokenizer.eos_token_id)}
        is_open = [True] * len(prompts)
        for _ in range(tokens_max):
            tick()
            scores = self.model.lm_head(states[:, -1]).float().cpu()
            for row, (ids, _) in enumerate(prompts):
                if is_open[row]:
                    token = self._pick(scores[row], ids + replies[row], dice, dices[row])
                    replies[row].append(token)
                    is_open[row] = token not in ends and not is_complete(self.text(replies[row]))
            if not any(is_open):
                break
            new = torch.tensor([[reply[-1]] for reply in replies], device=self.device)
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
            states = self.model.model.language_model(
                inputs_embeds=self.model.model.language_model.embed_tokens(new),
                attention_mask=mask,
                position_ids=following.to(self.device)[None, :, None].expand(3, -1, -1),
                cache=cache,
                use_cache=True,
            ).last_hidden_state
            following = following + 1
        return replies

    def _prefill(self, prompts: list[tuple[list[int], list[Patches]]]) -> tuple[Tensor, Any, Tensor, Tensor]:
        """Run all prompts at once, padded on the left; also returns where each row's text goes on."""
        longest = max(len(ids) for ids, _ in prompts)
        rows, places, masks, following = [], [], [], []
        for ids, pictures in prompts:
            pad = longest - len(ids)
            embeds = self.embed(torch.tensor([ids], device=self.device), pictures)
            rows.append(torch.nn.functional.pad(embeds, (0, 0, pad, 0)))
            place = self.positions(ids, [one.grid for one in pictures], skip_zero=False)
            following.append(int(place.max()) + 1)
            places.append(torch.nn.functional.pad(place, (pad, 0)))
            masks.append([0] * pad + [1] * len(ids))
        mask = torch.tensor(masks, device=self.device)
        cache = DynamicCache(config=self.model.config.text_config)
        states = self.model.model.language_model(
            inputs_embeds=torch.cat(rows),
            attention_mask=mask,
            position_ids=torch.stack(places, dim=1).to(self.device),
            cache=cache,
            use_cache=True,
        ).last_hidden_state
        return states, cache, mask, torch.tensor(following)

    def _pick(self, scores: Tensor, so_far: list[int], dice: Dice, source: torch.Generator) -> int:
        """Choose the next token, (V,) scores: repetition penalty, temperature, top-k, top-p."""
        used = torch.tensor(sorted(set(so_far)))
        score = scores[used]
        scores[used] = torch.where(score < 0, score * self._penalty, score / self._penalty)
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

    @property
    def _image_id(self) -> int:
        return int(self.tokenizer.convert_tokens_to_ids(IMAGE_PAD))

    def _remembered(self, key: Any, compute: Callable[[], Any]) -> Any:
        if key in self._seen:
            self._seen.move_to_end(key)
        else:
            self._seen[key] = compute()
        value = self._seen[key]
        while len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return value


def text_ids(temporal: Tensor, is_image: Tensor, grid: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Return the transformer's positions of the text tokens, (T, 3) float32.

    Text lies on a line that ends at -1; a vision token also lies where it looks, in latent coordinates.
    """
    out = torch.zeros(len(temporal), 3)
    out[:, 0] = (temporal - (temporal.max() + 1)).float()
    rows, columns = grid[0] // 2, grid[1] // 2

    def across(cells: int, side: int) -> Tensor:
        pixel = (28 * torch.arange(cells, dtype=torch.float64) + 13.5) * (side - 1) / (28 * cells - 1)
        return ((pixel - 11) / 16).float()

    where = torch.stack(torch.meshgrid(across(rows, size[1]), across(columns, size[0]), indexing="ij"), -1)
    out[is_image, 1:] = where.reshape(-1, 2)[: int(is_image.sum())]
    return out
