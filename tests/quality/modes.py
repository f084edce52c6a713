"""Which modes of a distribution with known modes do generated trials cover? As JSON.

  python tests/quality/modes.py --make ring --count 100000 --out ring.npy     data to train on
  python tests/quality/modes.py samples.npy --kind ring
  python tests/quality/modes.py samples.npy --kind stacked --classifier classifier.pt
  python tests/quality/modes.py --selfcheck [--data MNIST_FOLDER --classifier classifier.pt]

ring     8 Gaussians of standard deviation 0.02 on a circle of radius 2; trials of two numbers
grid     25 Gaussians of standard deviation 0.05, 5 x 5, 2 apart, around 0
stacked  28 x 28 x 3: three digits of MNIST, one in each channel, each class as likely; 1,000 modes

Of the first 2,500 samples of ring or grid (Srivastava et al. 2017, VEEGAN, arXiv:1705.07761): a
sample is of high quality within 3 standard deviations of the nearest mode.
  high_quality_share  their share; of true samples 1 - e^-4.5 = 98.9 %
  modes_covered       modes with at least 20 such samples (0.8 %; a ring's mode is due 309, a
                      grid's 99): stricter than the paper, so that a stray sample is no coverage
  modes_touched       modes with at least one: the paper's own count
  mode_shares         of all samples, by the nearest mode, high quality only

Of the first 26,000 stacked samples (the same paper's number), the class of each channel by the
classifier of classifier.py:
  modes_seen          modes with at least one sample
  kl_to_uniform       sum p log(1000 p), nats; of true samples about 999 / (2 * 26000) = 0.02
  max_probability     mean of the classifier's surest class probability over all channels
"""

import argparse
import json
import pathlib

import numpy as np

PLANE_COUNT, STACKED_COUNT, ENOUGH, REACH = 2_500, 26_000, 20, 3.0
CIRCLE = 2 * np.pi * np.arange(8) / 8
LINE = 2.0 * np.arange(-2, 3)
PLANES = {  # centres [modes, 2], standard deviation
    "ring": (2 * np.stack([np.cos(CIRCLE), np.sin(CIRCLE)], 1), 0.02),
    "grid": (np.stack(np.meshgrid(LINE, LINE), -1).reshape(-1, 2), 0.05),
}


def make_plane(kind, count, rng):
    """f32 [count, 2], each mode as likely."""
    centres, deviation = PLANES[kind]
    rows = centres[rng.integers(0, len(centres), count)]
    return (rows + rng.normal(0, deviation, rows.shape)).astype(np.float32)


def make_stacked(folder, part, count, rng):
    """u8 [count, 28, 28, 3] and the modes [count]; each class as likely in each channel."""
    import classifier as digits
    images, labels = digits.read_mnist(folder, part)
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels, minlength=10)
    classes = rng.integers(0, 10, (count, 3))
    rows = order[np.cumsum(sizes)[classes] - 1 - rng.integers(0, sizes[classes])]
    return np.moveaxis(images[rows], 1, -1), classes @ [100, 10, 1]


def measure_plane(kind, x):
    centres, deviation = PLANES[kind]
    x = x.reshape(len(x), -1)[:PLANE_COUNT].astype(np.float64)
    if x.shape != (PLANE_COUNT, 2) or not np.isfinite(x).all():
        raise SystemExit(f"samples: {x.shape}, wanted {PLANE_COUNT} pairs of finite numbers")
    distance = np.linalg.norm(x[:, None] - centres, axis=2)
    good = distance.min(1) <= REACH * deviation
    counts = np.bincount(distance.argmin(1)[good], minlength=len(centres))
    return {"kind": kind, "modes": len(centres), "modes_covered": int((counts >= ENOUGH).sum()),
            "modes_touched": int((counts > 0).sum()), "high_quality_share": float(good.mean()),
            "mode_shares": (counts / PLANE_COUNT).tolist(), "count": PLANE_COUNT}


def stacked_images(x):
    """u8, or float in [0, 1]; N x 28 x 28 x 3, N x 2352 in that order, or N x 3 x 28 x 28 ->
    u8 [N, 3, 28, 28]."""
    if x[0].size != 3 * 28 * 28:
        raise SystemExit(f"samples: shape {x.shape}, wanted N x 28 x 28 x 3")
    if x.dtype != np.uint8:
        if not (x.min() >= 0 and x.max() <= 1):
            raise SystemExit("float samples: not all in [0, 1]")
        x = np.rint(255 * x).astype(np.uint8)
    if x.ndim == 4 and x.shape[1] == 3:
        return x
    return np.moveaxis(x.reshape(-1, 28, 28, 3), -1, 1)


def measure_stacked(x, classifier):
    import classifier as digits
    model, sha256 = digits.load(classifier)
    images = stacked_images(x[:STACKED_COUNT])
    _, probabilities = digits.run(model, digits.to_input(images.reshape(-1, 784)))
    classes = probabilities.argmax(1).reshape(-1, 3) @ [100, 10, 1]
    share = np.bincount(classes, minlength=1000) / len(classes)
    seen = share[share > 0]
    return {"kind": "stacked", "modes": 1000, "modes_seen": len(seen),
            "kl_to_uniform": float((seen * np.log(1000 * seen)).sum()),
            "max_probability": float(probabilities.max(1).mean()), "count": len(classes),
            "classifier_sha256": sha256}, classes


def selfcheck(data, classifier):
    """Each line states what must hold; any failure ends the run with status 1."""
    def check(text, holds):
        print("ok  " if holds else "FAIL", text)
        failed.append(not holds)

    failed, rng = [], np.random.default_rng(1)
    for kind, (centres, deviation) in PLANES.items():
        modes = len(centres)
        true = measure_plane(kind, make_plane(kind, PLANE_COUNT, rng))
        share = true["high_quality_share"]  # standard error 0.0021
        check(f"true {kind}: {true['modes_covered']} of {modes} modes, {100 * share:.1f} % good",
              true["modes_covered"] == modes and abs(share - (1 - np.exp(-4.5))) < 0.01)
        few = np.repeat(centres[:3], [PLANE_COUNT - 29, 19, 10], 0)
        got = measure_plane(kind, few)
        check(f"{kind}, three modes with 2471, 19 and 10: covered {got['modes_covered']}, touched "
              f"{got['modes_touched']}", (got["modes_covered"], got["modes_touched"]) == (1, 3))
        edge = np.repeat(centres[:1], PLANE_COUNT, 0)
        edge[:1000, 1] += 2.99 * deviation
        edge[1000:, 1] += 3.01 * deviation
        got = measure_plane(kind, edge)
        check(f"{kind}, 40 % just inside: {got['high_quality_share']}",
              got["high_quality_share"] == 0.4)
        got = measure_plane(kind, rng.normal(0, 2, (PLANE_COUNT, 2)))
        check(f"{kind}, one broad Gaussian: {100 * got['high_quality_share']:.1f} % good",
              got["high_quality_share"] < 0.05)
    if data and classifier:
        selfcheck_stacked(data, classifier, rng, check)
    return any(failed)


def selfcheck_stacked(data, classifier, rng, check):
    x, modes = make_stacked(data, "t10k", STACKED_COUNT, rng)
    got, classes = measure_stacked(x, classifier)
    agree = (classes == modes).mean()
    check(f"stacked test digits: {got['modes_seen']} modes, KL {got['kl_to_uniform']:.3f}, "
          f"{100 * agree:.1f} % named right", got["modes_seen"] == 1000
          and got["kl_to_uniform"] < 0.03 and agree > 0.97)
    x, modes = x[:5_000], modes[:5_000]
    planar, _ = measure_stacked(np.moveaxis(x, -1, 1), classifier)
    flat, _ = measure_stacked(x.reshape(len(x), -1) / 255, classifier)
    check("planes first, or floats in one row: the same", planar == flat)
    grey, _ = measure_stacked(np.repeat(x[..., :1], 3, -1), classifier)
    check(f"three equal channels: {grey['modes_seen']} modes, KL {grey['kl_to_uniform']:.3f}, "
          "ln 100 = 4.605", grey["modes_seen"] == 10 and abs(grey["kl_to_uniform"] - 4.605) < 0.05)
    stuck = x.copy()
    stuck[..., 1] = x[0, ..., 1]
    got, _ = measure_stacked(stuck, classifier)
    check(f"one channel stuck: {got['modes_seen']} modes, KL {got['kl_to_uniform']:.3f}, "
          "ln 10 = 2.303", got["modes_seen"] == 100 and abs(got["kl_to_uniform"] - 2.303) < 0.05)


def make(args):
    rng = np.random.default_rng(args.seed)
    if args.make == "stacked":
        np.save(args.out, make_stacked(args.data, "train", args.count, rng)[0])
    else:
        np.save(args.out, make_plane(args.make, args.count, rng))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="?", help=".npy of generated trials")
    parser.add_argument("--kind", choices=(*PLANES, "stacked"), help="what they were trained on")
    parser.add_argument("--make", choices=(*PLANES, "stacked"), help="write such data instead")
    parser.add_argument("--out", type=pathlib.Path, help="with --make: the .npy")
    parser.add_argument("--count", type=int, default=50_000, help="with --make, default 50000")
    parser.add_argument("--seed", type=int, default=1, help="with --make, default 1")
    parser.add_argument("--data", help="folder with MNIST's four IDX files")
    parser.add_argument("--classifier", help="weights from classifier.py")
    parser.add_argument("--selfcheck", action="store_true", help="measure sets with known answers")
    args = parser.parse_args()
    if args.selfcheck:
        raise SystemExit(selfcheck(args.data, args.classifier))
    if args.make:
        if not args.out or (args.make == "stacked" and not args.data):
            parser.error("--make needs --out, and --data for stacked")
        return make(args)
    if not (args.samples and args.kind):
        parser.error("give samples and --kind, --make or --selfcheck")
    if args.kind == "stacked" and not args.classifier:
        parser.error("stacked digits need --classifier")
    x = np.load(args.samples, allow_pickle=False)
    got = measure_stacked(x, args.classifier)[0] if args.kind == "stacked" \
        else measure_plane(args.kind, x)
    print(json.dumps(got, indent=1))


if __name__ == "__main__":
    main()
