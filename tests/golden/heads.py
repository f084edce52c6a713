"""Heads of a table's row in NumPy, in double, for tests/device/ops/test_heads.cpp.

  python tests/golden/heads.py      prints what the test has as golden values

Two rows of a number, a choice among three and a flag; logits sin(1.7 k), k = 0, 1, ...; noise of
the stream (seed 42, sample, step 0) as docs/numerics.md says: uniforms from number 2^62 on, normals
from 2^62 + 2^61 on; temperature 0.5.
"""

import numpy as np

import philox

ROWS, COLS = 2, 5
LOGITS = np.sin(1.7 * np.arange(ROWS * COLS)).reshape(ROWS, COLS)
VARIANCE = np.array([0.09, 1, 1, 1, 1])


def noise():
    """Uniforms, and the normal of each number, [ROWS, COLS]."""
    words = philox.words(42, "sample", 0, ROWS * COLS, 2**60)
    uniforms = philox.uniform_of(words).ravel()[: ROWS * COLS].reshape(ROWS, COLS)
    words = philox.words(42, "sample", 0, ROWS * COLS, 2**60 + 2**59)
    pairs = philox.uniform_of(words).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log(pairs[:, 0])), 2 * np.pi * pairs[:, 1]
    normals = np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1).ravel()
    return uniforms, normals[: ROWS * COLS].reshape(ROWS, COLS)


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def drawn():
    """What becomes of the logits, and the soft values of choices and flags."""
    uniforms, normals = noise()
    out, soft = np.zeros((ROWS, COLS)), np.zeros((ROWS, COLS))
    soft[:, 0] = 1  # the numbers are there
    out[:, 0] = LOGITS[:, 0] + np.sqrt(VARIANCE[0]) * normals[:, 0]
    raised = LOGITS[:, 1:4] - np.log(-np.log(uniforms[:, 1:4]))
    out[np.arange(ROWS), 1 + raised.argmax(1)] = 1
    soft[:, 1:4] = softmax(raised / 0.5)
    raised = LOGITS[:, 4] + np.log(uniforms[:, 4]) - np.log(1 - uniforms[:, 4])
    out[:, 4], soft[:, 4] = raised > 0, sigmoid(raised / 0.5)
    return out, soft


def loss():
    """Of the rows x = (0.5, third, 1) and (-1, first, 0): loss, gradient, variance at momentum 0.9."""
    x = np.array([[0.5, 0, 0, 1, 1], [-1, 1, 0, 0, 0]])
    error = LOGITS[:, 0] - x[:, 0]
    p, flag = softmax(LOGITS[:, 1:4]), sigmoid(LOGITS[:, 4])
    losses = 0.5 * (error**2 / VARIANCE[0] + np.log(VARIANCE[0]))
    losses -= np.log((p * x[:, 1:4]).sum(1))
    losses -= np.log(np.where(x[:, 4] == 1, flag, 1 - flag))
    gradient = np.column_stack([error / VARIANCE[0], p - x[:, 1:4], flag - x[:, 4]]) / ROWS
    return losses.mean(), gradient, 0.9 * VARIANCE[0] + 0.1 * (error**2).mean()


if __name__ == "__main__":
    np.set_printoptions(precision=8, suppress=True, linewidth=100)
    for name, value in zip(("out", "soft"), drawn()):
        print(name, value.ravel())
    for name, value in zip(("loss", "gradient", "variance"), loss()):
        print(name, np.ravel(value))
