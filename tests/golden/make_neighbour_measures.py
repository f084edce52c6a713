"""Makes neighbour_measures.json: precision, recall, density and coverage by PyPI's prdc; kernel distances by
scikit-learn's kernels; distances to the closest rows by its NearestNeighbors.

usage: python3 make_neighbour_measures.py [FOLDER]     FOLDER: where it goes (default: beside this file)

Needs numpy, scikit-learn and prdc; the committed file was made with the versions that it names. The features are
computed from whole numbers, exactly, so that the tests compute the same (tests/metrics/hashed_features.hpp).
"""
import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import prdc
import sklearn
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel
from sklearn.neighbors import NearestNeighbors

# Rows of both, columns, neighbours, bandwidth.
CASES = [(300, 400, 6, 3, 1.0), (257, 130, 15, 5, 2.0), (200, 200, 1, 4, 0.5), (150, 333, 64, 10, 4.0)]


def hashed(i):
    """20 bits for each of an array of whole numbers: MurmurHash3's finaliser."""
    i = i.astype(np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    for multiplier, shift in ((0x85EBCA6B, 16), (0xC2B2AE35, 13)):
        i = ((i ^ (i >> np.uint64(shift))) * np.uint64(multiplier)) & mask
    return (i ^ (i >> np.uint64(16))) >> np.uint64(12)


def features(rows, columns, stream):
    """Sums of three uniform numbers; of odd streams narrower, and moved in the first column."""
    at = np.arange(rows * columns).reshape(rows, columns)
    made = sum(hashed(3 * at + part + 7919 * stream) for part in range(3)) / 2.0**20 - 1.5
    if stream % 2:
        made *= 0.75
        made[:, 0] += 0.75
    return made


def unbiased(kernel, real, generated):
    """MMD^2 of Gretton et al. 2012, equation 3."""
    n, m = len(real), len(generated)
    of_real, of_generated = kernel(real, real), kernel(generated, generated)
    return ((of_real.sum() - np.trace(of_real)) / (n * (n - 1))
            + (of_generated.sum() - np.trace(of_generated)) / (m * (m - 1)) - 2 * kernel(real, generated).mean())


def case(number, real_rows, generated_rows, columns, neighbours, bandwidth):
    real, generated = features(real_rows, columns, 2 * number), features(generated_rows, columns, 2 * number + 1)
    closest = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(real).kneighbors(generated)[0]
    return dict(
        real=real_rows, generated=generated_rows, columns=columns, neighbours=neighbours, bandwidth=bandwidth,
        **{name: float(value) for name, value in prdc.compute_prdc(real, generated, neighbours).items()},
        kernel_distance=float(unbiased(lambda x, y: polynomial_kernel(x, y, degree=3, coef0=1), real, generated)),
        gaussian_mmd=float(unbiased(lambda x, y: rbf_kernel(x, y, gamma=0.5 / bandwidth**2), real, generated)),
        closest=float(np.median(closest[:, 0])), second=float(np.median(closest[:, 1])))


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    made = dict(versions=dict(numpy=np.__version__, prdc=importlib.metadata.version("prdc"), sklearn=sklearn.__version__),
                cases=[case(number, *of_case) for number, of_case in enumerate(CASES)])
    (folder / "neighbour_measures.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
