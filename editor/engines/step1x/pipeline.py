"""One edit with the model: encode, prepare, denoise, decode. What may repeat is computed once.

Stages are public, so that recorded ones can be compared. `edit` runs them in a row.
"""

import contextlib
from collections.abc import Callable, Iterator
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
from editor.engines.step1x.placement import Placement, cache_context
from editor.engines.step1x.text_encoder import Dice, Patches, TextEncoder
from editor.engines.step1x.thinker import Call
from editor.engines.step1x.tokenization import IMAGE_PAD
from editor.engines.step1x.transformer import Branch, TextCondition

Watch = Callable[[int, int, Pixels | None], None]
"""Told step, steps and a rough picture after each step; may raise to stop."""


@dataclass(slots=True)
class Job:
    """What denoising needs: S target tokens of 64 channels.

    latents: (1, S, 64) noise at first. source: (1, S, 64) the reference. noise: what latents began as.
    mask: (1, S, 64) 0..1 or None. fit: colours for previews. anchor, pixels: what to keep, and to lean to.
    """

    size: tuple[int, int]
    latents: Tensor
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
        self.scheduler = parts.scheduler
        self._vae_config = parts.vae.config
        self.dtype: torch.dtype = getattr(torch, config.dtype)
        self.text_encoder = TextEncoder(
            parts.text_encoder,
            parts.tokenizer,
            parts.image_processor,
            remember=config.cache_embeds,
            device=self.placement.device,
        )

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
        size: tuple[int, int] | None = None,
        watch: Watch = lambda _step, _steps, _preview: None,
    ) -> Image.Image:
        """Return the edited picture at the model's own size.

        mask: of the picture, any size of its aspect. anchor: what stays outside the mask and what
        `preserve` leans to, if that is not `image` itself. size: to work at, if not the image's own.
        """
        size = size or preprocess.edit_size(*image.size, dials.size_level)
        with self._kernels():
            texts = self.encode_prompt(image, [prompt, *self._negative(dials)], size)
            job = self.prepare_latents(image, size, generator, mask=mask, anchor=anchor)
            latents = self.denoise(job, texts, dials, watch)
            decoded = sampling.mix(self.decode(latents, size), job.pixels, dials.preserve)
            return self.postprocess(decoded)

    @torch.no_grad()
    def answer(
        self,
        calls: list[Call],
        is_complete: Callable[[str], bool],
        *,
        tick: Callable[[], None],
        dice: Dice = Dice(),  # noqa: B008  (frozen)
    ) -> list[str]:
        """Let the language model answer the thinker's calls side by side."""
        encoder = self.text_encoder
        with self.placement.at_hand("encoder"), self._kernels():
            prompts = [self.question(call) for call in calls]
            replies = encoder.generate(
                prompts,
                tokens_max=self.config.thinker_tokens_max,
                seeds=[call.seed for call in calls],
                is_complete=is_complete,
                tick=tick,
                dice=dice,
            )
        return [encoder.text(reply) for reply in replies]

    def question(self, call: Call) -> tuple[list[int], list[Patches]]:
        """Return a call as token ids, its pictures' marks expanded, and the pictures."""
        patches = [
            self.text_encoder.patches(preprocess.thinker_image(image), THINKER_PIXELS)
            for image in call.images
        ]
        parts = call.rendered.split(IMAGE_PAD)
        marks = [IMAGE_PAD * one.tokens for one in patches]
        whole = "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))
        return self.text_encoder.tokenizer.encode(whole, add_special_tokens=False), patches

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
        shape = (1, latents.shape[1], size[1] // 8, size[0] // 8)
        drawn = torch.randn(shape, generator=generator, dtype=self.dtype).to(self.placement.device)
        noise = sampling.pack(drawn)
        free = None if mask is None else preprocess.latent_mask(mask, size).to(noise.device)
        return Job(
            size,
            noise,
            noise,
            sampling.pack(latents),
            sampling.pack(fixed),
            free,
            sampling.preview_fit(latents, pixels),
            kept,
        )

    def encode_image(self, pixels: Tensor, vae: Any, generator: torch.Generator) -> Tensor:
        """Sample latents of a picture: (1, 3, H, W) to (1, 16, H/8, W/8)."""
        posterior = vae.encode(pixels.to(self.placement.device, self.dtype)).latent_dist
        drawn: Tensor = posterior.sample(generator)
        latents: Tensor = (drawn - self._vae_config.shift_factor) * self._vae_config.scaling_factor
        return latents

    def schedule(self, size: tuple[int, int], steps: int) -> tuple[Tensor, Tensor]:
        """Return timesteps (N,) and sigmas (N+1,), float32, as the checkpoint's scheduler has them."""
        mu = sampling.shift(size[0] * size[1] // 256, self.scheduler.config)
        self.scheduler.set_timesteps(sigmas=sampling.plain_sigmas(steps), mu=mu)
        return self.scheduler.timesteps, self.scheduler.sigmas

    def denoise(self, job: Job, texts: list[TextCondition], dials: Sampling, watch: Watch) -> Tensor:
        """Follow the velocity from noise to a picture's latents; returns (1, S, 64)."""
        for latents in self.steps(job, texts, dials, watch):
            job.latents = latents
        return job.latents

    def steps(self, job: Job, texts: list[TextCondition], dials: Sampling, watch: Watch) -> Iterator[Tensor]:
        """Yield the latents after each step."""
        timesteps, sigmas = self.schedule(job.size, dials.num_inference_steps)
        latents = job.latents.float() if dials.exact_time else job.latents
        with self.placement.at_hand("transformer") as transformer:
            branches = self._branches(transformer, job, texts)
            times = [self._time(t, dials) for t in timesteps]
            self._prepare_modulations(transformer, branches, times)
            for index, t in enumerate(timesteps):
                if not self.config.hoist and index:
                    branches = self._branches(transformer, job, texts)
                velocity = self._velocity(
                    transformer, latents, branches, index, times[index], dials, float(t)
                )
                sigma, following = sigmas[index].item(), sigmas[index + 1].item()
                velocity = sampling.lean(velocity, latents, job.anchor, sigma=sigma, preserve=dials.preserve)
                fit_latents = latents.float() - sigma * velocity.float()
                latents = sampling.euler(latents, velocity, sigmas[index], sigmas[index + 1])
                if job.mask is not None:
                    kept = sampling.noised(job.anchor, job.noise, following)
                    latents = (kept + job.mask.to(latents.dtype) * (latents - kept)).to(latents.dtype)
                    fit_latents = job.anchor + job.mask * (fit_latents - job.anchor)
                watch(index + 1, len(timesteps), self._preview(fit_latents, job))
                yield latents

    def decode(self, latents: Tensor, size: tuple[int, int]) -> Tensor:
        """Turn latents into a picture: (1, S, 64) to (1, 3, H, W), about -1..1."""
        unpacked = sampling.unpack(latents.to(self.dtype), size)
        with self.placement.at_hand("vae") as vae:
            scaled = unpacked / self._vae_config.scaling_factor + self._vae_config.shift_factor
            picture: Tensor = vae.decode(scaled, return_dict=False)[0]
        return picture.float().cpu()

    def postprocess(self, decoded: Tensor) -> Image.Image:
        """Return the picture in 8 bits."""
        pixels = (decoded[0] / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
        return Image.fromarray((pixels * 255).round().astype(np.uint8))

    def _velocity(
        self,
        transformer: Any,
        latents: Tensor,
        branches: list[Branch],
        step: int,
        time: Tensor,
        dials: Sampling,
        t: float,
    ) -> Tensor:
        """One guided velocity: a pass per branch, then the norm trick."""
        out = []
        for number, branch in enumerate(branches):
            if self.placement.modulations:
                self.placement.modulations.select(step * len(branches) + number)
            with cache_context(transformer, f"branch{number}", is_first=step + number == 0):
                whole = transformer(latents.to(self.dtype), time, branch)
            out.append(whole[:, : latents.shape[1]])
        if len(out) == 1:
            single: Tensor = out[0]
            return single
        return sampling.guide(
            out[0],
            out[1],
            scale=dials.true_cfg_scale,
            power=dials.process_norm_power,
            tamed=t > dials.timesteps_truncate,
        )

    def _prepare_modulations(self, transformer: Any, branches: list[Branch], times: list[Tensor]) -> None:
        if self.placement.modulations:
            vectors = [transformer.time_vector(branch, time) for time in times for branch in branches]
            self.placement.modulations.prepare(torch.cat(vectors))

    def _branches(self, transformer: Any, job: Job, texts: list[TextCondition]) -> list[Branch]:
        ids = sampling.image_ids(job.size).to(self.placement.device)
        return [transformer.branch(text, job.source, ids) for text in texts]

    def _time(self, t: Tensor, dials: Sampling) -> Tensor:
        """Return t/1000, (1,): in the weights' type as published, or exact."""
        shown = t.float() if dials.exact_time else t.to(self.dtype)
        return (shown / 1000)[None].to(self.placement.device)

    def _negative(self, dials: Sampling) -> list[str]:
        return [dials.negative_prompt] if dials.true_cfg_scale > 1 else []

    def _preview(self, latents: Tensor, job: Job) -> Pixels:
        picture: Pixels = sampling.preview(sampling.unpack(latents, job.size), job.fit).numpy()
        return picture

    def _kernels(self) -> contextlib.AbstractContextManager[None]:
        """On a CPU in float32, the kernel that rounds as the recorded results did."""
        if self.placement.device.type == "cpu" and self.dtype == torch.float32:
            return sdpa_kernel(SDPBackend.MATH)
        return contextlib.nullcontext()
