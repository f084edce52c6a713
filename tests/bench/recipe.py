"""What every side of compare.py trains: the article's networks, one update of D and one of G on the
same fakes, by the recipe of a preset; scripted draws, by which peers are shown to take the same
step; and how a peer's process answers."""

import argparse
import json
import os
import sys

LATENT, G_LAYERS, D_LAYERS, TRIAL = 100, [256, 512, 1024], [512, 256, 128], 784
G_WIDTHS, D_WIDTHS = [LATENT, *G_LAYERS, TRIAL], [TRIAL, *D_LAYERS, 1]
SLOPE, BETA1, BETA2, EPSILON = 0.2, 0.5, 0.999, 1e-8
# R1 is gamma/2 mean |grad_x D|^2 on real trials, every r1_every steps and r1_every times as strong.
RECIPES = {"article": dict(output="linear", lr_g=2e-4, lr_d=2e-4, r1=0.0, r1_every=1, ema=0.0),
           "default": dict(output="tanh", lr_g=4e-4, lr_d=1.6e-3, r1=1.0, r1_every=4, ema=0.999)}
SHARED = dict(latent=LATENT, g_layers=G_LAYERS, d_layers=D_LAYERS, beta1=BETA1, beta2=BETA2,
              label_smoothing=1.0, instance_noise=0.0, r2=0.0)


def differences(name, theirs):
    """Settings in which `theirs`, as vgan_bench tells them, is not the recipe of that name."""
    ours = SHARED | RECIPES[name]
    return [f"{key}: {theirs.get(key)}, not {value}" for key, value in ours.items()
            if theirs.get(key) != value]


def random_net(random, widths):
    """[weight [out, in], bias [out], ...], uniform 1/sqrt(in), float32."""
    net = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        for shape in ((fan_out, fan_in), (fan_out,)):
            net.append(random.uniform(-fan_in**-0.5, fan_in**-0.5, shape).astype("float32"))
    return net


def start(seed):
    """(g, d): the start weights of a seed."""
    import numpy as np

    random = np.random.default_rng(seed)
    return random_net(random, G_WIDTHS), random_net(random, D_WIDTHS)


def write_script(path, image_count, batch, steps, seed=1):
    """For each step the batch's indices [steps, batch] and noise [steps, batch, latent]."""
    import numpy as np

    random = np.random.default_rng(seed)
    np.savez(path, indices=random.integers(image_count, size=(steps, batch), dtype=np.int32),
             noise=random.standard_normal((steps, batch, LATENT), dtype=np.float32))


def read_script(path):
    """(indices, noise), or None without a script."""
    import numpy as np

    if not path:
        return None
    with np.load(path) as arrays:
        return arrays["indices"], arrays["noise"]


def read_images(path):
    """u8 [N, 784]."""
    import numpy as np

    return np.load(path).reshape(-1, TRIAL)


def serve(prepare, warm_up):
    """A peer's process: `prepare()` gives an object with run(n), losses(n, seed), versions. Then one
    JSON line on standard output for each line of standard input: "run N" gives the seconds of N
    steps, "losses N SEED" the losses [N, 3] of D, of G and of R1 from the start of that seed, or by
    the script. What else is printed goes to stderr. `vgan_bench step --serve` answers the same."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    try:
        peer = prepare()
        peer.run(warm_up)
        answer(ready=True, versions=peer.versions)
        for line in sys.stdin:
            order, *numbers = line.split()
            if order == "run":
                answer(seconds=peer.run(int(numbers[0])))
            else:
                answer(losses=peer.losses(*map(int, numbers)))
    except Exception as error:
        reason = (str(error).strip().splitlines() or [""])[0][:200]
        answer(error=f"{type(error).__name__}: {reason}")
        raise SystemExit(1)


def peer_main(about, peer):
    """The program of a peer: `peer(args)` is made once the flags of sides.py are read."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    for name in ("side", "recipe", "precision", "device", "images", "script"):
        parser.add_argument(f"--{name}", default="")
    for name in ("batch", "threads", "warm-up"):
        parser.add_argument(f"--{name}", type=int)
    args = parser.parse_args()
    args.recipe = RECIPES[args.recipe]
    serve(lambda: peer(args), args.warm_up)
