"""How good are generated digits: distances and shares in a small classifier's features, as JSON.

  python tests/quality/frechet.py samples.npy --data MNIST_FOLDER --classifier classifier.pt
  python tests/quality/frechet.py --floor ...       the same measures of real training images
  python tests/quality/frechet.py --selfcheck ...   does the measure itself hold?

Samples: N x 784 or N x 28 x 28, u8, or float32 in the range that --range names.

  frechet          |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) between Gaussians fitted to the
                   features of the samples and of the 10,000 test images (Heusel 2017, with the
                   classifier of classifier.py for Inception). Comparable only at equal counts and
                   with the same classifier file, whose SHA-256 is in the output.
  frechet_share    the same over tr(S2), the test features' total variance: free of their scale.
  precision/recall share of samples inside the real manifold, and the reverse; k = 3 nearest
                   neighbours (Kynkaanniemi 2019), the first 5,000 of each side.
  classes          classifier's shares of the ten digits: the smallest, how many reach 3 %, and the
                   entropy in nats (ln 10 = 2.303 when even).
  max_probability  mean over samples of the classifier's surest class probability.
  pixel_spread     mean root-mean-square pixel distance ([0, 1] pixels) of 20,000 random pairs;
                   pixel_spread_ratio: the same over the test images' own.
"""

import argparse
import json

import numpy as np
import torch

import classifier as digits

COUNT = 10_000
NEIGHBOURS = 3
MANIFOLD_COUNT = 5_000
COVERED_SHARE = 0.03


def gaussian(features):
    return features.mean(0), np.cov(features, rowvar=False)


def root(matrix):
    """Square root of a symmetric positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T


def frechet_distance(one, two):
    """Of two (mean, covariance). tr((S1 S2)^(1/2)) is the nuclear norm of S1^(1/2) S2^(1/2)."""
    cross = np.linalg.norm(root(one[1]) @ root(two[1]), "nuc")
    return float(((one[0] - two[0]) ** 2).sum() + np.trace(one[1]) + np.trace(two[1]) - 2 * cross)


def radii(points):
    """Distance of each point to its k-th nearest other point."""
    distance = torch.cdist(points, points)
    return distance.kthvalue(NEIGHBOURS + 1, dim=1).values


def inside(points, manifold, manifold_radii):
    """Share of `points` that lie within the radius of at least one point of the manifold."""
    covered = torch.cdist(points, manifold) <= manifold_radii
    return covered.any(1).double().mean().item()


def pixel_spread(x):
    rng = np.random.default_rng(0)
    rows = torch.from_numpy(rng.integers(0, len(x), (2, 20_000)))
    difference = (x[rows[0]] - x[rows[1]]).flatten(1) / 2  # [-1, 1] -> [0, 1] pixels
    return difference.square().mean(1).sqrt().mean().item()


class Judge:
    """Holds the classifier and the test images' features; measures any number of sample sets."""

    def __init__(self, data, classifier):
        self.model, self.sha256 = digits.load(classifier)
        images, _ = digits.read_mnist(data, "t10k")
        self.test = digits.to_input(images)
        self.features, _ = digits.run(self.model, self.test)
        self.gaussian = gaussian(self.features)
        self.points = torch.from_numpy(self.features[:MANIFOLD_COUNT])
        self.radii = radii(self.points)
        self.spread = pixel_spread(self.test)

    def measure(self, x):
        """x: float32 [N, 1, 28, 28] in [-1, 1], N >= 10,000; the first 10,000 count."""
        if len(x) < COUNT:
            raise SystemExit(f"{len(x)} samples; the distance needs {COUNT} to be comparable")
        x = x[:COUNT]
        if not torch.isfinite(x).all():
            raise SystemExit("samples hold NaN or Inf")
        features, probabilities = digits.run(self.model, x)
        points = torch.from_numpy(features[:MANIFOLD_COUNT])
        share = np.bincount(probabilities.argmax(1), minlength=10) / len(x)
        spread = pixel_spread(x)
        distance = frechet_distance(gaussian(features), self.gaussian)
        return {
            "frechet": distance,
            "frechet_share": distance / float(np.trace(self.gaussian[1])),
            "precision": inside(points, self.points, self.radii),
            "recall": inside(self.points, points, radii(points)),
            "class_shares": share.tolist(),
            "min_class_share": float(share.min()),
            "classes_covered": int((share >= COVERED_SHARE).sum()),
            "class_entropy": float(-(share[share > 0] * np.log(share[share > 0])).sum()),
            "max_probability": float(probabilities.max(1).mean()),
            "pixel_spread": spread,
            "pixel_spread_ratio": spread / self.spread,
            "count": COUNT,
            "classifier_sha256": self.sha256,
        }


def load_samples(path, value_range):
    """.npy -> float32 [N, 1, 28, 28] in [-1, 1]. value_range: "signed" [-1, 1] or "unit" [0, 1]."""
    x = np.load(path, allow_pickle=False)
    if x.ndim < 2 or x[0].size != 784:
        raise SystemExit(f"{path}: shape {x.shape}, wanted N x 784 or N x 28 x 28")
    if x.dtype == np.uint8:
        return digits.to_input(x)
    if value_range is None:
        raise SystemExit(f"{path}: {x.dtype} samples need --range signed or --range unit")
    x = torch.from_numpy(x.astype(np.float32).reshape(-1, 1, 28, 28))
    return x * 2 - 1 if value_range == "unit" else x


def training_images(data, seed=0):
    images, labels = digits.read_mnist(data, "train")
    rows = np.random.default_rng(seed).permutation(len(images))[:COUNT]
    return digits.to_input(images[rows]), labels[rows]


def selfcheck(judge, data):
    """Each line states what must hold; any failure ends the run with status 1."""
    def check(text, holds):
        print("ok  " if holds else "FAIL", text)
        failed.append(not holds)

    failed = []
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 8, 8))
    one, two = (rng.normal(size=8), a @ a.T), (rng.normal(size=8), b @ b.T)
    eigenvalues = np.linalg.eigvals(one[1] @ two[1])  # tr of the root, another way
    wanted = ((one[0] - two[0]) ** 2).sum() + np.trace(one[1] + two[1])
    wanted -= 2 * np.sqrt(eigenvalues).sum().real
    got = frechet_distance(one, two)
    check(f"Gaussians at distance {wanted:.9f}: {got:.9f}", abs(got - wanted) < 1e-7 * wanted)

    same = judge.measure(judge.test)
    check(f"test against itself: distance {same['frechet']:.1e}", abs(same["frechet"]) < 1e-6)
    check("test against itself: precision = recall = 1", same["precision"] == same["recall"] == 1)

    train, labels = training_images(data)
    floor = judge.measure(train)
    check(f"train against test: distance {floor['frechet']:.2f}, "
          f"precision {floor['precision']:.3f}, recall {floor['recall']:.3f}",
          floor["classes_covered"] == 10 and min(floor["precision"], floor["recall"]) > 0.8)
    blurred = judge.measure(torch.nn.functional.avg_pool2d(train, 3, 1, 1))
    check(f"blur is worse: {blurred['frechet']:.1f}", blurred["frechet"] > 3 * floor["frechet"])
    grain = torch.randn(train.shape, generator=torch.Generator().manual_seed(2))
    grainy = judge.measure((train + 0.3 * grain).clamp(-1, 1))
    check(f"grain is worse: {grainy['frechet']:.1f}", grainy["frechet"] > 3 * floor["frechet"])
    few = judge.measure(train[labels < 5].repeat(3, 1, 1, 1))
    check(f"half the classes: distance {few['frechet']:.1f}, covered {few['classes_covered']}, "
          f"recall {few['recall']:.3f}", few["classes_covered"] == 5
          and few["frechet"] > 10 * floor["frechet"] and few["recall"] < 0.7 * floor["recall"])
    copies = judge.measure(train[:20].repeat(COUNT // 20, 1, 1, 1))
    check(f"20 images over and over: distance {copies['frechet']:.1f}, "
          f"recall {copies['recall']:.3f}", copies["recall"] < 0.1)
    noise = judge.measure(grain)
    check(f"noise: distance {noise['frechet']:.0f}, precision {noise['precision']:.3f}",
          noise["frechet"] > 100 * floor["frechet"] and noise["precision"] < 0.05)
    return any(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="?", help=".npy of generated images")
    parser.add_argument("--data", required=True, help="folder with MNIST's four IDX files")
    parser.add_argument("--classifier", required=True, help="weights from classifier.py")
    parser.add_argument("--range", choices=("signed", "unit"),
                        help="of float pixels: [-1, 1] or [0, 1]")
    parser.add_argument("--floor", action="store_true", help="measure training images instead")
    parser.add_argument("--selfcheck", action="store_true", help="measure sets with known answers")
    parser.add_argument("--threads", type=int, default=1, help="default 1")
    args = parser.parse_args()
    if not (args.samples or args.floor or args.selfcheck):
        parser.error("give samples, --floor or --selfcheck")
    torch.set_num_threads(args.threads)
    judge = Judge(args.data, args.classifier)
    if args.selfcheck:
        raise SystemExit(selfcheck(judge, args.data))
    x = training_images(args.data)[0] if args.floor else load_samples(args.samples, args.range)
    print(json.dumps(judge.measure(x), indent=1))


if __name__ == "__main__":
    main()
