"""The project's models in plain PyTorch on MNIST, from scratch, for a comparison of quality.

  python tests/quality/peer_models.py --model default --data MNIST_FOLDER --epochs 10000 --seed 1 \
      --out samples.npy
  python tests/quality/frechet.py samples.npy --data MNIST_FOLDER --classifier classifier.pt

Writes 10,000 u8 samples, from the averaged G where --ema is on. --model names the settings to start
from, SETTINGS below; flags, named as vgan_cuda's, change them. One epoch is one update of D
(--n-critic of them) and one of G on the same fakes; an autoencoder's is one update of both its
networks at rate --lr-g. Exit 3: a loss became NaN or infinite.

MLP: LeakyReLU 0.2 after each hidden layer. conv: G is a dense layer to 7 x 7 (--g-layers channels),
then transposed convolutions that double the side, D convolutions that halve it, then a hidden dense
layer of --d-dense, if not 0, and the last; kernel 4, stride 2, padding 1. PyTorch's own initial
weights. VAE and AE: the encoder has D's hidden layers, the decoder is G; the AE's samples come from
one Gaussian fitted to its codes of the training images, which is vgan's ae --latent-mixture 1.
"""

import argparse
import copy
import itertools
import json
import pathlib
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import classifier as digits

COUNT, SIDE, SLOPE = 10_000, 28, 0.2

MLP = dict(net="mlp", kind="gan", output="tanh", latent=100, g_layers=[256, 512, 1024],
           d_layers=[512, 256, 128], loss="bce", lr_g=2e-4, lr_d=2e-4, beta1=0.5, beta2=0.999,
           label_smoothing=1.0, instance_noise=0.0, instance_noise_decay=0.0, instance_noise_end=0.0,
           lr_end=1.0, d_dense=0, r1=0.0, r2=0.0, r1_every=1, n_critic=1, gp=10.0, ema=0.0,
           spectral=False, norm="none", likelihood="bernoulli", beta=1.0, kl_warmup=0)
DEFAULT = MLP | dict(lr_g=4e-4, lr_d=1.6e-3, r1=1.0, r1_every=4, ema=0.999)
AUTOENCODER = MLP | dict(latent=20, lr_g=1e-3, beta1=0.9, ema=0.999)
SETTINGS = {
    "article": MLP | dict(output="linear"),
    "default": DEFAULT,
    "stable": DEFAULT | dict(r1=0.3, r2=1.0, instance_noise=0.5, instance_noise_decay=0.7,
                             instance_noise_end=0.01, lr_end=0.1),
    "conv": DEFAULT | dict(net="conv", r1=4.0, g_layers=[128, 64], d_layers=[32, 64], d_dense=256,
                           norm="batch", lr_g=2e-3, lr_d=2e-3),
    "vae": AUTOENCODER | dict(kind="vae"),
    "ae": AUTOENCODER | dict(kind="ae", latent=16),
}
OUTPUTS = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity}



def cross_entropy(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def of_fakes(logits):
    return cross_entropy(logits, 0.0)


LOSSES = {  # D on reals (logits l, target t), D on fakes, G on fakes
    "bce": (cross_entropy, of_fakes, lambda l: cross_entropy(l, 1.0)),
    "minimax": (cross_entropy, of_fakes, lambda l: -of_fakes(l)),
    "article": (cross_entropy, of_fakes, lambda l: -l.sigmoid().mean()),
    "lsgan": (lambda l, t: (l - t).square().mean() / 2, lambda l: l.square().mean() / 2,
              lambda l: (l - 1).square().mean() / 2),
    "hinge": (lambda l, t: F.relu(1 - l).mean(), lambda l: F.relu(1 + l).mean(),
              lambda l: -l.mean()),
    "wgan-gp": (lambda l, t: -l.mean(), lambda l: l.mean(), lambda l: -l.mean()),
}


def dense_stack(widths, normed=False):
    layers = []
    for fan_in, fan_out in itertools.pairwise(widths):
        layers += [nn.Linear(fan_in, fan_out, bias=not normed)]
        layers += [nn.BatchNorm1d(fan_out)] if normed else []
        layers += [nn.LeakyReLU(SLOPE)]
    return layers


def generator(s, last):
    normed = s["norm"] == "batch"
    if s["net"] == "mlp":
        hidden = dense_stack([s["latent"], *s["g_layers"]], normed)
        return nn.Sequential(*hidden, nn.Linear(s["g_layers"][-1], SIDE * SIDE), last)
    channels = [*s["g_layers"], 1]
    side = SIDE >> len(s["g_layers"])
    def activated(count):
        return ([nn.BatchNorm2d(count)] if normed else []) + [nn.LeakyReLU(SLOPE)]
    layers = [nn.Linear(s["latent"], channels[0] * side**2, bias=not normed),
              nn.Unflatten(1, (channels[0], side, side)), *activated(channels[0])]
    for fan_in, fan_out in itertools.pairwise(channels):
        top = fan_out == 1
        layers += [nn.ConvTranspose2d(fan_in, fan_out, 4, 2, 1, bias=top or not normed)]
        layers += [] if top else activated(fan_out)
    return nn.Sequential(*layers, nn.Flatten(), last)


def discriminator(s, outputs=1):
    """With `outputs` > 1: an encoder."""
    if s["net"] == "mlp":
        layers = dense_stack([SIDE * SIDE, *s["d_layers"]])
        layers += [nn.Linear(s["d_layers"][-1], outputs)]
    else:
        layers = [nn.Unflatten(1, (1, SIDE, SIDE))]
        for fan_in, fan_out in itertools.pairwise([1, *s["d_layers"]]):
            layers += [nn.Conv2d(fan_in, fan_out, 4, 2, 1), nn.LeakyReLU(SLOPE)]
        side = SIDE >> len(s["d_layers"])
        sizes = [s["d_layers"][-1] * side**2, *([s["d_dense"]] if s["d_dense"] else [])]
        layers += [nn.Flatten(), *dense_stack(sizes), nn.Linear(sizes[-1], outputs)]
    if s["spectral"]:
        layers = [nn.utils.parametrizations.spectral_norm(layer) if hasattr(layer, "weight")
                  else layer for layer in layers]
    return nn.Sequential(*layers)


def batches(images, batch, epochs):
    """Endless passes, each in an order of its own; a batch may straddle two."""
    rows = torch.cat([torch.randperm(len(images))
                      for _ in range(1 + epochs * batch // len(images))])
    for part in rows[:epochs * batch].split(batch):
        yield images[part]


def minimise(loss, optimizer):
    """Gradients reach the optimizer's own tensors only."""
    if not torch.isfinite(loss):
        print(f"diverged: a loss is {loss.item()}", file=sys.stderr, flush=True)
        raise SystemExit(3)
    params = optimizer.param_groups[0]["params"]
    for p, gradient in zip(params, torch.autograd.grad(loss, params)):
        p.grad = gradient
    optimizer.step()


def adam(s, rate, *nets):
    params = [p for net in nets for p in net.parameters()]
    return torch.optim.Adam(params, lr=rate, betas=(s["beta1"], s["beta2"]), eps=1e-8, fused=True)


@torch.no_grad()
def average(ema, g, decay, epoch):
    """Weights and running statistics, with the warm-up of docs/numerics.md."""
    share = 1 - min(decay, (2 + epoch) / (11 + epoch))
    for mean, now in zip([*ema.parameters(), *ema.buffers()], [*g.parameters(), *g.buffers()]):
        if now.is_floating_point():
            mean.lerp_(now, share)


def slopes(d, x):
    """|grad_x D(x)|^2 of each row, differentiable again."""
    x = x.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
    return slope.square().sum(1)


def critic_loss(s, d, x, fake, epoch):
    of_real, of_fake, _ = LOSSES[s["loss"]]
    real_logits, fake_logits = d(torch.cat([x, fake])).chunk(2)
    loss = of_real(real_logits, s["label_smoothing"]) + of_fake(fake_logits)
    if s["r1"] and epoch % s["r1_every"] == 0:
        loss = loss + s["r1_every"] * s["r1"] / 2 * slopes(d, x).mean()
        if s["r2"]:
            loss = loss + s["r1_every"] * s["r2"] * s["r1"] / 2 * slopes(d, fake).mean()
    if s["loss"] == "wgan-gp":
        share = torch.rand(len(x), 1)
        norm = (slopes(d, share * x + (1 - share) * fake) + 1e-12).sqrt()
        loss = loss + s["gp"] * (norm - 1).square().mean()
    return loss


class Snapshots:
    """Samples along the way, OUT-EPOCH.npy, each with a line of JSON: its epoch and the seconds, of
    the clock and of the processor, that training has taken until then. Sampling does not count,
    and does not change the run."""

    def __init__(self, every, out, latent):
        self.every, self.out, self.latent = every, out, latent
        self.begun, self.sampling = self.now(), np.zeros(2)

    @staticmethod
    def now():
        return np.array([time.monotonic(), time.process_time()])

    def take(self, epoch, g):
        if not self.every or epoch % self.every:
            return
        reached, random = self.now(), torch.get_rng_state()
        g.eval()
        path = self.out.with_name(f"{self.out.stem}-{epoch}.npy")
        np.save(path, samples(g, self.latent, True))
        g.train()
        torch.set_rng_state(random)
        seconds, processor = reached - self.begun - self.sampling
        self.sampling += self.now() - reached
        print(json.dumps({"epoch": epoch, "seconds": seconds, "processor_seconds": processor}),
              flush=True)


def train_gan(s, images, epochs, batch, snapshots):
    """Returns a function of noise [n, latent] that gives pixels in the output's range."""
    g, d = generator(s, OUTPUTS[s["output"]]()), discriminator(s)
    ema = copy.deepcopy(g)
    adam_g, adam_d = adam(s, s["lr_g"], g), adam(s, s["lr_d"], d)
    data = batches(images, batch, epochs * s["n_critic"])
    noisy_epochs = s["instance_noise_decay"] * epochs
    def noisy(x):
        way = min(1, epoch / noisy_epochs) if noisy_epochs else 0
        start, end = s["instance_noise"], s["instance_noise_end"]
        sigma = start * (end / start) ** way if end else start * (1 - way)
        return x + sigma * torch.randn_like(x) if sigma else x
    for epoch in range(epochs):
        for optimizer, rate in (adam_g, s["lr_g"]), (adam_d, s["lr_d"]):
            optimizer.param_groups[0]["lr"] = rate * (1 + epoch / epochs * (s["lr_end"] - 1))
        for _ in range(s["n_critic"]):
            fake = noisy(g(torch.randn(batch, s["latent"])))
            d_loss = critic_loss(s, d, noisy(next(data)), fake.detach(), epoch)
            minimise(d_loss, adam_d)
        g_loss = LOSSES[s["loss"]][2](d(fake))
        minimise(g_loss, adam_g)
        if s["ema"]:
            average(ema, g, s["ema"], epoch)
        snapshots.take(epoch + 1, ema if s["ema"] else g)
        if (epoch + 1) % 1000 == 0:
            print(f"epoch {epoch + 1}: D {d_loss.item():.4f}, G {g_loss.item():.4f}", flush=True)
    return (ema if s["ema"] else g).eval()


def train_autoencoder(s, images, epochs, batch, _):
    """images in [0, 1]. Returns decoder(noise) with pixels in [0, 1]."""
    vae, latent = s["kind"] == "vae", s["latent"]
    decoder, encoder = generator(s, nn.Identity()), discriminator(s, 2 * latent if vae else latent)
    optimizer = adam(s, s["lr_g"], encoder, decoder)
    averaged = copy.deepcopy(nn.ModuleList([encoder, decoder]))
    bernoulli = s["likelihood"] == "bernoulli"
    for epoch, x in enumerate(batches(images, batch, epochs)):
        code, kl = encoder(x), torch.zeros(())
        if vae:
            mean, log_variance = code.chunk(2, 1)
            kl = -(1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean() / 2
            code = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        y = decoder(code)
        loss = F.binary_cross_entropy_with_logits(y, x, reduction="sum") if bernoulli \
            else (y - x).square().sum() / 2
        ramp = min(1.0, epoch / s["kl_warmup"]) if s["kl_warmup"] else 1.0
        minimise(loss / len(x) + s["beta"] * ramp * kl, optimizer)
        if s["ema"]:
            average(averaged, nn.ModuleList([encoder, decoder]), s["ema"], epoch)
        if (epoch + 1) % 1000 == 0:
            print(f"epoch {epoch + 1}: reconstruction {loss.item() / len(x):.2f}, "
                  f"KL {kl.item():.2f}", flush=True)
    pixels = torch.sigmoid if bernoulli else nn.Identity()
    if s["ema"]:
        encoder, decoder = averaged
    decoder, encoder = decoder.eval(), encoder.eval()
    if vae:
        return lambda z: pixels(decoder(z))
    with torch.inference_mode():
        codes = torch.cat([encoder(part) for part in images.split(1000)])
    centre, (values, vectors) = codes.mean(0), torch.linalg.eigh(codes.T.cov())
    root = vectors * values.clamp(min=0).sqrt()
    return lambda z: pixels(decoder(centre + z @ root.T))


@torch.inference_mode()
def samples(sample, latent, signed):
    pixels = torch.cat([sample(torch.randn(1000, latent)) for _ in range(COUNT // 1000)])
    pixels = (pixels + 1) / 2 if signed else pixels
    return (pixels.clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def widths(text):
    return [int(word) for word in text.split(",")]


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, choices=SETTINGS)
    parser.add_argument("--data", required=True, help="folder with MNIST's four IDX files")
    parser.add_argument("--out", required=True, type=pathlib.Path, help=".npy of samples")
    parser.add_argument("--epochs", type=int, default=10_000, help="default 10000")
    parser.add_argument("--batch", type=int, default=128, help="default 128")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--threads", type=int, default=1, help="default 1")
    parser.add_argument("--snapshots", type=int, default=0, metavar="N",
                        help="a GAN's samples every N epochs as well, beside --out (default none)")
    words = {"loss": LOSSES, "output": OUTPUTS, "net": ("mlp", "conv"), "norm": ("none", "batch"),
             "likelihood": ("bernoulli", "gaussian")}
    for name, value in MLP.items():
        flag = "--" + name.replace("_", "-")
        if name == "spectral":
            parser.add_argument(flag, action=argparse.BooleanOptionalAction)
        elif name != "kind":
            kind = widths if isinstance(value, list) else type(value)
            parser.add_argument(flag, type=kind, choices=words.get(name),
                                help="default: --model's")
    args = parser.parse_args()
    given = {name: getattr(args, name, None) for name in MLP}
    return args, SETTINGS[args.model] | {name: value for name, value in given.items()
                                         if value is not None}


def main():
    args, s = parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    if s["net"] == "conv" and SIDE % 2 ** max(len(s["g_layers"]), len(s["d_layers"])):
        raise SystemExit(f"{SIDE} pixels can be halved twice: --g-layers and --d-layers of 1 or 2")
    images = digits.read_mnist(args.data, "train")[0].reshape(-1, SIDE * SIDE)
    images = torch.from_numpy(images.astype(np.float32) / 255)
    signed = s["kind"] == "gan" and s["output"] != "sigmoid"
    start = time.time()
    train = train_gan if s["kind"] == "gan" else train_autoencoder
    sample = train(s, images * 2 - 1 if signed else images, args.epochs, args.batch,
                   Snapshots(args.snapshots, args.out, s["latent"]))
    print(f"{args.epochs} epochs in {time.time() - start:.0f} s", flush=True)
    np.save(args.out, samples(sample, s["latent"], signed))


if __name__ == "__main__":
    main()
