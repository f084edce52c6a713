"""The settings of each variant in model_ten_steps.safetensors, as its metadata holds them.

`g`, `d`, `e` list layers in the words of model_nets.py; a rate is a Schedule of
kernels/math/schedule.hpp; the rest is explained in make_model_steps.py.
"""

import math

from make_gan_step import EPS
from model_nets import conv, dense, stack


def rate(first, last=None, ramp="constant", warmup=0, horizon=0):
    return dict(first=first, last=first if last is None else last, ramp=ramp, warmup=warmup,
                horizon=horizon)


def value_at(schedule, step):
    way = min(step / schedule["horizon"], 1.0) if schedule["horizon"] else 0.0
    way = (1 - math.cos(math.pi * way)) / 2 if schedule["ramp"] == "cosine" else way
    value = schedule["first"] + way * (schedule["last"] - schedule["first"])
    return value * min(1.0, (step + 1) / (schedule["warmup"] + 1))


GAN = dict(model="gan", g=stack(12, 24, 20, 36, last="tanh"), d=stack(36, 28, 16, 1), loss="bce",
           real_target=1.0, n_critic=1, gp_lambda=0.0, r1_gamma=0.0, r2_share=0.0, r1_every=1,
           ema_decay=0.0, generator_rate=rate(2e-4), discriminator_rate=rate(2e-4), beta1=0.5,
           beta2=0.999, eps=EPS, spectral=False, stddev_group=0, pack=1, conditions=0,
           projection=False, moments=False)
STDDEV = dict(stddev_group=4, d=[dense(36, 28, "leaky_relu"), dense(28, 16, "leaky_relu"),
                                 dense(17, 1)])
IMAGE_G = [dense(6, 32, "leaky_relu", batch_norm=8),
           conv("conv_transposed", (4, 4, 4), 8, batch_norm=True),
           conv("conv_transposed", (8, 8, 1), 4, "tanh")]
CURVE_G = [dense(6, 32, "leaky_relu", batch_norm=8),
           conv("conv_transposed", (1, 8, 4), 8, batch_norm=True),
           conv("conv_transposed", (1, 16, 1), 4, "tanh")]
IMAGES = dict(g=IMAGE_G, d=[conv("conv", (8, 8, 1), 4), conv("conv", (4, 4, 4), 8), dense(32, 1)])
CURVES = dict(g=CURVE_G, d=[conv("conv", (1, 16, 1), 4), conv("conv", (1, 8, 4), 8), dense(32, 1)])
PROJECTION = IMAGES | dict(g=[dense(9, 32, "leaky_relu", batch_norm=8)] + IMAGE_G[1:],
                           conditions=3, projection=True, loss="hinge")
VAE = dict(model="vae", e=stack(36, 16, 10), g=stack(5, 16, 36), latent=5, likelihood="bernoulli",
           beta=0.7, kl_warmup=4, generator_rate=rate(1e-3), beta1=0.9, beta2=0.999,
           eps=EPS, moments=False)
VARIANTS = {
    # Where a hidden unit lets all rows through, its bias has the gradient 0 but for rounding, of
    # which Adam makes a whole step unless eps is well above it. (Nor is `spectral` hinge for that.)
    "wgan_gp": GAN | dict(loss="wasserstein", n_critic=2, gp_lambda=10.0, beta1=0.0, beta2=0.9,
                          eps=1e-4, moments=True),
    "spectral": GAN | dict(loss="lsgan", spectral=True),
    "spectral_r1": GAN | dict(spectral=True, r1_gamma=0.5),
    "stddev": GAN | STDDEV,
    "stddev_r1": GAN | STDDEV | dict(r1_gamma=0.5),
    "packed": GAN | dict(pack=2, d=stack(72, 28, 16, 1)),
    "schedules": GAN | dict(discriminator_rate=rate(4e-4, 0.0, "linear", 3, 10),
                            generator_rate=rate(2e-4, 2e-5, "cosine", 3, 10)),
    "conditional": GAN | dict(conditions=3, g=stack(15, 24, 20, 36, last="tanh"),
                              d=stack(39, 28, 16, 1)),
    "smooth_lsgan": GAN | dict(loss="lsgan", real_target=0.9, ema_decay=0.9),
    "conv_gan": GAN | IMAGES | dict(r1_gamma=0.5, r1_every=2, moments=True),
    "conv_projection": GAN | PROJECTION,
    "conv_projection_r1": GAN | PROJECTION | dict(r1_gamma=0.5),
    "conv1d_gan": GAN | CURVES | dict(loss="hinge", r1_gamma=0.5, r1_every=2),
    "vae_bernoulli": VAE,
    "vae_gaussian": VAE | dict(likelihood="gaussian"),
    "ae": VAE | dict(model="ae", e=stack(36, 16, 5), likelihood="gaussian", beta=0.0, kl_warmup=0),
    "packed_wgan_gp": GAN | dict(loss="wasserstein", gp_lambda=10.0, pack=2, beta1=0.0, beta2=0.9,
                                 eps=1e-4, d=stack(72, 28, 16, 1)),
    "conv_projection_spectral": GAN | PROJECTION | dict(loss="lsgan", spectral=True, r1_gamma=0.5),
    "r1_r2": GAN | dict(r1_gamma=0.5, r2_share=0.6, r1_every=2),
}
