"""One edit with the model: encode, prepare, denoise, decode. What may repeat is computed once.

Stages are public, so that recorded ones can be compared. `edit` runs them in a row.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from editor.engines.base import Pixels, Plane
from editor.engines.diffusion import latent_space
from editor.engines.diffusion.qwen_vl import Question, QwenVL
from editor.engines.step1x import cards, preprocess, sampling, text_encoder, weights
from editor.engines.step1x.config import ENCODER_PIXELS, THINKER_PIXELS, Sampling, Step1XConfig
from editor.engines.step1x.thinker import Call
from editor.engines.step1x.transformer import TextCondition

Watch = Callable[[int, int, Pixels | None], None]
"""Told step, steps and a rough picture after each step; may raise to stop."""
Size = tuple[int, int]


class Job(NamedTuple):
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
        self.config, self.scheduler = config, parts.scheduler
        self.placement, self.cards = cards.place(config, parts.transformer, parts.text_encoder, parts.vae)
        self.device = self.cards[0].device
        self.dtype: torch.dtype = parts.vae.dtype
        self._scale, self._shift = parts.vae.config.scaling_factor, parts.vae.config.shift_factor or 0.0
        self._token_px = 2 ** len(parts.vae.config.block_out_channels)
        words = parts.text_encoder, parts.tokenizer, parts.image_processor
        self.reader = QwenVL(*words, remember=config.cache_embeds, device=self.device)
        self._hands = ThreadPoolExecutor(len(self.cards))

    def edit_size(self, image: Image.Image, level: int) -> Size:
        return preprocess.edit_size(*image.size, level, self._token_px)

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
        watch: Watch = lambda *_: None,
    ) -> Image.Image:
        """Return the edited picture at the model's own size.

        mask: of the picture, any size of its aspect. anchor: what stays outside the mask, what `preserve`
        leans to and what gives the size, if that is not `image` itself.
        """
        size = self.edit_size(anchor or image, dials.size_level)
        with self._kernels():
            texts = self.encode_prompt(image, self.prompts(prompt, dials), size)
            job = self.prepare_latents(image, size, generator, mask=mask, anchor=anchor)
            latents = deque(self.steps(job, texts, dials, watch), maxlen=1).pop()
            decoded = latent_space.mix(self.decode(latents, job.grid), job.pixels, dials.preserve)
        pixels = (decoded[0] / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
        return Image.fromarray((pixels * 255).round().astype(np.uint8))

    @torch.no_grad()
    def answer(
        self, calls: list[Call], is_complete: Callable[[str], bool], tick: Callable[[], None]
    ) -> list[str]:
        """Let the language model answer the thinker's calls side by side."""
        with self.placement.at_hand("encoder"), self._kernels():
            answers = self.reader.generate(
                [self.question(call) for call in calls],
                tokens_max=self.config.thinker_tokens_max,
                seeds=[call.seed for call in calls],
                is_complete=is_complete,
                tick=tick,
            )
        return [self.reader.text(one) for one in answers]

    def question(self, call: Call) -> Question:
        """Return a call as token ids, its pictures' marks expanded, and the pictures."""
        patches = [self.reader.patches(preprocess.thinker_image(one), THINKER_PIXELS) for one in call.images]
        return self.reader.question(call.rendered, patches)

    def prompts(self, prompt: str, dials: Sampling) -> list[str]:
        """Return one prompt per guidance branch."""
        return [prompt, dials.negative_prompt] if dials.true_cfg_scale > 1 else [prompt]

    def encode_prompt(self, image: Image.Image, prompts: list[str], size: Size) -> list[TextCondition]:
        """Read each prompt with the picture; the vision tower runs once."""
        patches = self.reader.patches(preprocess.encoder_image(image, size), ENCODER_PIXELS)
        with self.placement.at_hand("encoder"):
            return [text_encoder.encode(self.reader, prompt, patches, size) for prompt in prompts]

    def prepare_latents(
        self,
        image: Image.Image,
        size: Size,
        generator: torch.Generator,
        *,
        mask: Plane | None = None,
        anchor: Image.Image | None = None,
    ) -> Job:
        """Draw from the generator in the published order: the reference's sample, then the noise."""
        kept = pixels = preprocess.vae_image(image, size)
        with self.placement.at_hand("vae") as vae:
            fixed = latents = self.encode_image(pixels, vae, generator)
            if anchor is not None:
                kept = preprocess.vae_image(anchor, size)
                fixed = self.encode_image(kept, vae, torch.Generator("cpu").manual_seed(0))
        noise = torch.randn(latents.shape, generator=generator, dtype=self.dtype).to(latents.device)
        return Job(
            grid=(latents.shape[3] // 2, latents.shape[2] // 2),
            noise=latent_space.pack(noise),
            source=latent_space.pack(latents),
            anchor=latent_space.pack(fixed),
            mask=None if mask is None else latent_space.latent_mask(mask, latents),
            fit=latent_space.preview_fit(latents, pixels),
            pixels=kept,
        )

    def encode_image(self, pixels: Tensor, vae: Any, generator: torch.Generator) -> Tensor:
        """Sample latents of a picture: (1, 3, H, W) float32 to (1, c, h, w) in the weights' type."""
        posterior = vae.encode(pixels.to(self.device, self.dtype)).latent_dist
        latents: Tensor = (posterior.sample(generator) - self._shift) * self._scale
        return latents

    def schedule(self, tokens: int, steps: int) -> tuple[Tensor, Tensor]:
        """Return timesteps (N,) and sigmas (N+1,), float32, as the checkpoint's scheduler has them."""
        mu = sampling.shift(tokens, self.scheduler.config)
        self.scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps).tolist(), mu=mu)
        return self.scheduler.timesteps, self.scheduler.sigmas

    def steps(
        self, job: Job, texts: list[TextCondition], dials: Sampling, watch: Watch = lambda *_: None
    ) -> Iterator[Tensor]:
        """Follow the velocity from noise to a picture; yields the latents, (1, S, C), after each step."""
        timesteps, sigmas = self.schedule(job.noise.shape[1], dials.num_inference_steps)
        latents = job.noise.float() if dials.exact_time else job.noise
        times = [t[None].to(latents.dtype) / 1000 for t in timesteps]
        with self.placement.at_hand("transformer"):
            for index, t in enumerate(timesteps.tolist()):
                if index == 0 or not self.config.hoist:
                    self._hoist(job, texts, [] if index else times)
                sigma, following = sigmas[index : index + 2].tolist()
                velocity = self._velocity(latents, times[index], index, dials, t)
                velocity = latent_space.lean(
                    velocity, latents, job.anchor, sigma=sigma, preserve=dials.preserve
                )
                guess = latents.float() - sigma * velocity.float()
                latents = (latents.float() + (following - sigma) * velocity.float()).to(latents.dtype)
                if job.mask is not None:
                    kept = latent_space.noised(job.anchor, job.noise, following)
                    latents = (kept + job.mask * (latents - kept)).to(latents.dtype)
                    guess = job.anchor + job.mask * (guess - job.anchor)
                preview = latent_space.preview(latent_space.unpack(guess, job.grid), job.fit)
                watch(index + 1, len(timesteps), preview.numpy())
                yield latents

    def decode(self, latents: Tensor, grid: tuple[int, int]) -> Tensor:
        """Turn latents into a picture: (1, S, C) to (1, 3, H, W) float32, about -1..1."""
        unpacked = latent_space.unpack(latents.to(self.dtype), grid)
        with self.placement.at_hand("vae") as vae:
            picture: Tensor = vae.decode(unpacked / self._scale + self._shift, return_dict=False)[0]
        return picture.float().cpu()

    def _hoist(self, job: Job, texts: list[TextCondition], times: list[Tensor]) -> None:
        """Share the guidance branches out among the cards, and compute what all steps have in common."""
        ids = sampling.image_ids(job.grid)
        for number, card in enumerate(self.cards):
            card.hoist(texts[number :: len(self.cards)], job.source, ids, times)

    def _velocity(self, latents: Tensor, time: Tensor, step: int, dials: Sampling, t: float) -> Tensor:
        """One guided velocity: a pass per branch, on two cards at the same time, then the norm trick."""
        first, *others = self.cards
        shown = latents.to(self.dtype)
        shares = self._hands.map(lambda card: card.velocity(shown, time, step=step), others)
        out: list[Tensor] = sum(shares, first.velocity(shown, time, step=step))
        if len(out) == 1:
            return out[0]
        tamed = t > dials.timesteps_truncate
        return sampling.guide(*out, scale=dials.true_cfg_scale, power=dials.process_norm_power, tamed=tamed)

    def _kernels(self) -> contextlib.AbstractContextManager[None]:
        """On a CPU in float32, the kernel that rounds as the recorded results did."""
        is_recorded = self.device.type == "cpu" and self.dtype == torch.float32
        return sdpa_kernel(SDPBackend.MATH) if is_recorded else contextlib.nullcontext()
