"""Makes model_ops.safetensors: operations of stabilisers and autoencoders, in float64 PyTorch.

  python tests/golden/make_model_ops.py           (PyTorch, NumPy from PyPI; writes beside itself)

The C++ test reads the file and demands the same values; it needs no Python. Inputs are drawn in
float64 and rounded to float32, so that both sides start equal; all values are stored in float32.

spectral_1/, spectral_3/: torch.nn.utils.spectral_norm of a linear layer with 1 and 3 iterations.
  w [33, 20] is [in, out], the transpose of PyTorch's, as are normalised and dw; u [20] before,
  u_after [20], v_after [33], sigma [1]; g [33, 20] is the gradient in the normalised weight, dw the
  one in w that autograd gives, u and v held.

stddev/: groups of 4 of x [8, 37]: s = mean over features of sqrt(var(unbiased=False) + 1e-8), given
  to each row of the group: statistic [8, 1]; dx is the gradient of sum(ds * statistic), ds [8, 1].

vae/: statistics [6, 2 * 5] = mean | log_variance, noise [6, 5], z = mean + exp(log_variance / 2) *
  noise; kl [1] = mean over rows of torch.distributions' KL to N(0, 1), summed over a row; y [6, 9]
  logits, x [6, 9] in [0, 1]: bce [1] = sum of binary_cross_entropy_with_logits / 6, dy its
  gradient, mse [1] = mean (sigmoid(y) - x)^2; dz [6, 5] any gradient in z; dstatistics is the
  gradient of sum(dz * z) + 0.7 * kl.
"""

import argparse
import pathlib
import warnings

import numpy as np
import torch
from make_gan_step import write_safetensors
from torch.nn import functional as F

KL_WEIGHT, GROUP = 0.7, 4


def drawer(seed):
    """normal(*shape): float64 holding values that float32 can hold."""
    rng = np.random.default_rng(seed)
    return lambda *shape: torch.from_numpy(rng.normal(size=shape).astype(np.float32)).double()


def spectral(normal, iterations):
    w, u, g = normal(33, 20), F.normalize(normal(20), dim=0).float().double(), normal(33, 20)
    layer = torch.nn.Linear(33, 20, bias=False).double()
    with torch.no_grad():
        layer.weight.copy_(w.T)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its successor begins with the other vector
        layer = torch.nn.utils.spectral_norm(layer, n_power_iterations=iterations, eps=1e-12)
    layer.weight_u.copy_(u)
    layer.train()
    layer(torch.zeros(1, 33, dtype=torch.float64))  # iterates
    (layer.weight * g.T).sum().backward()
    sigma = layer.weight_u @ layer.weight_orig @ layer.weight_v
    return dict(w=w, u=u, g=g, u_after=layer.weight_u, v_after=layer.weight_v,
                sigma=sigma.reshape(1), normalised=layer.weight.T, dw=layer.weight_orig.grad.T)


def stddev(normal):
    x, ds = normal(8, 37).requires_grad_(), normal(8, 1)
    groups = x.reshape(-1, GROUP, 37)
    s = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean(1)
    statistic = s.repeat_interleave(GROUP)[:, None]
    (statistic * ds).sum().backward()
    return dict(x=x, ds=ds, statistic=statistic, dx=x.grad)


def vae(normal):
    statistics, noise, dz = normal(6, 10).requires_grad_(), normal(6, 5), normal(6, 5)
    mean, log_variance = statistics.chunk(2, dim=1)
    z = mean + (log_variance / 2).exp() * noise
    posterior = torch.distributions.Normal(mean, (log_variance / 2).exp())
    prior = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    kl = torch.distributions.kl_divergence(posterior, prior).sum(1).mean()
    ((dz * z).sum() + KL_WEIGHT * kl).backward()

    y, x = (4 * normal(6, 9)).requires_grad_(), torch.sigmoid(normal(6, 9)).float().double()
    bce = F.binary_cross_entropy_with_logits(y, x, reduction="sum") / 6
    bce.backward()
    mse = (torch.sigmoid(y) - x).square().mean()
    return dict(statistics=statistics, noise=noise, dz=dz, kl=kl.reshape(1),
                dstatistics=statistics.grad, y=y, x=x, bce=bce.reshape(1), dy=y.grad,
                mse=mse.reshape(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).with_name("model_ops.safetensors"),
                        help="default: model_ops.safetensors beside this script")
    parser.add_argument("--seed", type=int, default=5, help="of the inputs, default 5")
    args = parser.parse_args()
    torch.set_num_threads(1)
    normal = drawer(args.seed)
    groups = dict(spectral_1=spectral(normal, 1), spectral_3=spectral(normal, 3),
                  stddev=stddev(normal), vae=vae(normal))
    tensors = {f"{group}/{name}": value.detach().numpy()
               for group, values in groups.items() for name, value in values.items()}
    write_safetensors(args.out, tensors,
                      dict(made_by="tests/golden/make_model_ops.py", seed=str(args.seed),
                           torch=torch.__version__.split("+")[0], numpy=np.__version__,
                           computed_in="float64", stored_in="float32"))
    print(f"{args.out}: {len(tensors)} tensors, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
