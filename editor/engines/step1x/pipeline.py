"""One edit with the model: encode, prepare, denoise, decode. What may repeat is computed once.

Stages are public, so that recorded ones can be compared. `edit` runs them in a row.
"""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from editor.engines.base import Pixels, Plane
from editor.engines.step1x import preprocess, sampling, weights
from editor.engines.step1x.config import THINKER_PIXELS, Sampling, Step1XConfig
from editor.engines.step1x.placement import Placement
from editor.engines.step1x.text_encoder import Dice, Patches, TextEncoder
from editor.engines.step1x.thinker import Call
from editor.engines.step1x.tokenization import IMAGE_PAD
from editor.engines.step1x.transformer import TextCondition

Watch = Callable[[int, int, Pixels | None], None]
"""Told step, steps and a rough picture after each step; may raise to stop."""


def unwatched(_step: int, _steps: int, _preview: Pixels | None) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Job:
    """What denoising needs: S target tokens of C channels, (1, S, C), on a grid of (columns, rows).

    source: the reference. mask: 0..1 or None. fit: colours for previews. anchor, pixels: what to keep, and
    lean to.
    """

    grid: tuple[int, int]
    noise: Tensor
    source: Tensor
    anchor: Tensor
    mask: Tensor | None
    fit: Tensor
    pixels: Tensor


class Step1XPipeline:
    """The loaded model. One edit at a time; deterministic for a seed on the same hardware."""

    def __init__(self, parts: weights.Parts, config: Step1XConfig) -> None:
        self.config = config
        self.placement = Placement(config, parts.transformer, parts.text_encoder, parts.vae)
        self.scheduler, vae = parts.scheduler, parts.vae.config
        self._scale, self._shift = vae.scaling_factor, vae.shift_factor or 0.0
        self.dtype: torch.dtype = getattr(torch, config.dtype)
        self.token_px = 2 ** len(vae.block_out_channels)
        self.text_encoder = TextEncoder(
            parts.text_encoder,
            parts.tokenizer,
            parts.image_processor,
            remember=config.cache_embeds,
            device=self.placement.device,
        )
        self._hands = ThreadPoolExecutor(len(self.placement.cards))

    def edit_size(self, image: Image.Image, level: int) -> tuple[int, int]:
        """Return the size the model works at."""
        return preprocess.edit_size(*image.size, level, self.token_px)

    @torch.no_grad()
    def edit(
        self,
        image: Image.Image,
        prompt: str,
        generator: torch.Generator,
        dials: Sampling,
        *,
        mask: Plane | None = None,
        anchor: Image.Image | None = None,
        watch: Watch = unwatched,
    ) -> Image.Image:
        """Return the edited picture at the model's own size.

        mask: of the picture, any size of its aspect. anchor: what stays outside the mask, what `preserve`
        leans to and what gives the size, if that is not `image` itself.
        """
        size = self.edit_size(anchor or image, dials.size_level)
        with self._kernels():
            texts = self.encode_prompt(image, self.prompts(prompt, dials), size)
            job = self.prepare_latents(image, size, generator, mask=mask, anchor=anchor)
            for latents in self.steps(job, texts, dials, watch):
                last = latents
            decoded = self.decode(last, job.grid)
            return self.postprocess(sampling.mix(decoded, job.pixels, dials.preserve))

    @torch.no_grad()
    def answer(
        self,
        calls: list[Call],
        is_complete: Callable[[str], bool],
        *,
        tick: Callable[[], None] = lambda: None,
        dice: Dice = Dice(),  # noqa: B008  (frozen)
    ) -> list[str]:
        """Let the language model answer the thinker's calls side by side."""
        with self.placement.at_hand("encoder"), self._kernels():
            replies = self.text_encoder.generate(
                [self.question(call) for call in calls],
                tokens_max=self.config.thinker_tokens_max,
                seeds=[call.seed for call in calls],
                is_complete=is_complete,
                tick=tick,
                dice=dice,
            )
        return [self.text_encoder.text(reply) for reply in replies]

    def question(self, call: Call) -> tuple[list[int], list[Patches]]:
        """Return a call as token ids, its pictures' marks expanded, and the pictures."""
        encoder = self.text_encoder
        patches = [encoder.patches(preprocess.thinker_image(one), THINKER_PIXELS) for one in call.images]
        parts, marks = call.rendered.split(IMAGE_PAD), [IMAGE_PAD * one.tokens for one in patches]
        whole = "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))
        return encoder.tokenizer.encode(whole, add_special_tokens=False), patches

    def prompts(self, prompt: str, dials: Sampling) -> list[str]:
        """Return one prompt per guidance branch."""
        return [prompt, dials.negative_prompt] if dials.true_cfg_scale > 1 else [prompt]

    def encode_prompt(
        self, image: Image.Image, prompts: list[str], size: tuple[int, int]
    ) -> list[TextCondition]:
        """Read each prompt with the picture; the vision tower runs once."""
        patches = self.text_encoder.patches(preprocess.encoder_image(image, size))
        with self.placement.at_hand("encoder"):
            return [self.text_encoder.encode(prompt, patches, size) for prompt in prompts]

    def prepare_latents(
        self,
        image: Image.Image,
        size: tuple[int, int],
        generator: torch.Generator,
        *,
        mask: Plane | None = None,
        anchor: Image.Image | None = None,
    ) -> Job:
        """Draw from the generator in the published order: the reference's sample, then the noise."""
        pixels = preprocess.vae_image(image, size)
        with self.placement.at_hand("vae") as vae:
            latents = self.encode_image(pixels, vae, generator)
            fixed, kept = latents, pixels
            if anchor is not None:
                kept = preprocess.vae_image(anchor, size)
                fixed = self.encode_image(kept, vae, torch.Generator("cpu").manual_seed(0))
        noise = torch.randn(latents.shape, generator=generator, dtype=self.dtype).to(latents.device)
        return Job(
            grid=(latents.shape[3] // 2, latents.shape[2] // 2),
            noise=sampling.pack(noise),
            source=sampling.pack(latents),
            anchor=sampling.pack(fixed),
            mask=None if mask is None else preprocess.latent_mask(mask, latents).to(latents.device),
            fit=sampling.preview_fit(latents, pixels),
            pixels=kept,
        )

    def encode_image(self, pixels: Tensor, vae: Any, generator: torch.Generator) -> Tensor:
        """Sample latents of a picture: (1, 3, H, W) float32 to (1, c, h, w) in the weights' type."""
        posterior = vae.encode(pixels.to(self.placement.device, self.dtype)).latent_dist
        drawn: Tensor = posterior.sample(generator)
        latents: Tensor = (drawn - self._shift) * self._scale
        return latents

    def schedule(self, tokens: int, steps: int) -> tuple[Tensor, Tensor]:
        """Return timesteps (N,) and sigmas (N+1,), float32, as the checkpoint's scheduler has them."""
        mu = sampling.shift(tokens, self.scheduler.config)
        self.scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps).tolist(), mu=mu)
        return self.scheduler.timesteps, self.scheduler.sigmas

    def steps(self, job: Job, texts: list[TextCondition], dials: Sampling, watch: Watch) -> Iterator[Tensor]:
        """Follow the velocity from noise to a picture; yields the latents, (1, S, C), after each step."""
        timesteps, sigmas = self.schedule(job.noise.shape[1], dials.num_inference_steps)
        latents = job.noise.float() if dials.exact_time else job.noise
        times = [(t.float() if dials.exact_time else t.to(self.dtype))[None] / 1000 for t in timesteps]
        with self.placement.at_hand("transformer"):
            self._hoist(job, texts)
            for card in self.placement.cards:
                card.prepare(times)
            for index, t in enumerate(timesteps):
                if index and not self.config.hoist:
                    self._hoist(job, texts)
                velocity = self._velocity(latents, times[index], index, dials, float(t))
                sigma, following = sigmas[index].item(), sigmas[index + 1].item()
                velocity = sampling.lean(velocity, latents, job.anchor, sigma=sigma, preserve=dials.preserve)
                guess = latents.float() - sigma * velocity.float()
                latents = (latents.float() + (following - sigma) * velocity.float()).to(latents.dtype)
                if job.mask is not None:
                    kept = sampling.noised(job.anchor, job.noise, following)
                    latents = (kept + job.mask * (latents - kept)).to(latents.dtype)
                    guess = job.anchor + job.mask * (guess - job.anchor)
                preview = sampling.preview(sampling.unpack(guess, job.grid), job.fit)
                watch(index + 1, len(timesteps), preview.numpy())
                yield latents

    def decode(self, latents: Tensor, grid: tuple[int, int]) -> Tensor:
        """Turn latents into a picture: (1, S, C) to (1, 3, H, W) float32, about -1..1."""
        unpacked = sampling.unpack(latents.to(self.dtype), grid)
        with self.placement.at_hand("vae") as vae:
            scaled = unpacked / self._scale + self._shift
            picture: Tensor = vae.decode(scaled, return_dict=False)[0]
        return picture.float().cpu()

    def postprocess(self, decoded: Tensor) -> Image.Image:
        """Return the picture in 8 bits."""
        pixels = (decoded[0] / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
        return Image.fromarray((pixels * 255).round().astype(np.uint8))

    def _hoist(self, job: Job, texts: list[TextCondition]) -> None:
        """Share the guidance branches out among the cards."""
        cards, ids = self.placement.cards, sampling.image_ids(job.grid)
        for number, card in enumerate(cards):
            card.hoist(texts[number :: len(cards)], job.source, ids)

    def _velocity(self, latents: Tensor, time: Tensor, step: int, dials: Sampling, t: float) -> Tensor:
        """One guided velocity: a pass per branch, on two cards at the same time, then the norm trick."""
        shown = latents.to(self.dtype)
        cards = self.placement.cards
        shares = self._hands.map(lambda card: card.velocity(shown, time, step=step), cards[1:])
        out = cards[0].velocity(shown, time, step=step)
        out += [one for share in shares for one in share]
        if len(out) == 1:
            return out[0]
        tamed = t > dials.timesteps_truncate
        return sampling.guide(*out, scale=dials.true_cfg_scale, power=dials.process_norm_power, tamed=tamed)

    def _kernels(self) -> contextlib.AbstractContextManager[None]:
        """On a CPU in float32, the kernel that rounds as the recorded results did."""
        if self.placement.device.type == "cpu" and self.dtype == torch.float32:
            return sdpa_kernel(SDPBackend.MATH)
        return contextlib.nullcontext()
