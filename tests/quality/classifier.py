"""Trains the small digit classifier whose features the quality measures use.

A convolutional net of 2 convolutions and 2 dense layers, trained on MNIST's 60,000 training images
with shifts of up to 2 pixels. Fixed seed, fixed thread count and deterministic algorithms, so that
the same machine and PyTorch version give the same file; Frechet distances are comparable only
between runs that used the same file, so its SHA-256 is printed here and kept with every result.

  python tests/quality/classifier.py --data MNIST_FOLDER --out classifier.pt

Needs PyTorch and NumPy from PyPI. Pixels go in as float32 in [-1, 1], shape [N, 1, 28, 28].
"""

import argparse
import gzip
import hashlib
import io
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FEATURES = 64


class Classifier(nn.Module):
    """Digits [N, 1, 28, 28] in [-1, 1] -> (features [N, 64] after ReLU, logits [N, 10])."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.dense1 = nn.Linear(64 * 7 * 7, FEATURES)
        self.dense2 = nn.Linear(FEATURES, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        features = F.relu(self.dense1(x.flatten(1)))
        return features, self.dense2(features)


def read_idx(path):
    """One IDX file of unsigned bytes, plain or .gz, as a u8 array of its own shape."""
    raw = pathlib.Path(path).read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    if raw[:3] != b"\x00\x00\x08":
        raise SystemExit(f"{path}: not an IDX file of unsigned bytes (first bytes {raw[:4].hex()})")
    shape = tuple(np.frombuffer(raw, ">u4", raw[3], 4).astype(int))
    data = np.frombuffer(raw, np.uint8, -1, 4 + 4 * raw[3])
    if data.size != np.prod(shape):
        raise SystemExit(f"{path}: {data.size} bytes of data, shape {shape} needs {np.prod(shape)}")
    return data.reshape(shape)


def read_mnist(folder, part):
    """part: "train" or "t10k". Returns images u8 [N, 28, 28] and labels u8 [N]."""
    def find(name):
        for suffix in (".gz", ""):
            path = pathlib.Path(folder) / f"{part}-{name}{suffix}"
            if path.exists():
                return path
        raise SystemExit(f"{folder}: no {part}-{name}[.gz]; see data/get_mnist.sh")
    return read_idx(find("images-idx3-ubyte")), read_idx(find("labels-idx1-ubyte"))


def to_input(images):
    """u8 [N, 28, 28] or [N, 784] -> float32 tensor [N, 1, 28, 28] in [-1, 1]."""
    return torch.from_numpy(images.reshape(-1, 1, 28, 28).astype(np.float32) / 127.5 - 1)


@torch.inference_mode()
def run(model, x, chunk=1000):
    """x [N, 1, 28, 28] in [-1, 1] -> features [N, 64] and class probabilities [N, 10], float64."""
    parts = [model(part) for part in x.split(chunk)]
    features = torch.cat([f for f, _ in parts]).double().numpy()
    return features, torch.cat([z for _, z in parts]).double().softmax(1).numpy()


def load(path):
    """The trained classifier and the SHA-256 of its file."""
    raw = pathlib.Path(path).read_bytes()
    model = Classifier().eval()
    model.load_state_dict(torch.load(io.BytesIO(raw), weights_only=True))
    return model, hashlib.sha256(raw).hexdigest()


def shift(x, reach, generator):
    """Moves each image by its own whole number of pixels, background -1 flowing in."""
    n, side = len(x), x.shape[-1]
    padded = F.pad(x, (reach,) * 4, value=-1.0)
    at = torch.randint(0, 2 * reach + 1, (2, n, 1), generator=generator) + torch.arange(side)
    return padded[torch.arange(n)[:, None, None], 0, at[0][:, :, None], at[1][:, None, :]][:, None]


def train(folder, epochs, batch, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    images, labels = read_mnist(folder, "train")
    x, y = to_input(images), torch.from_numpy(labels.astype(np.int64))
    model = Classifier()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for epoch in range(epochs):
        start, total = time.time(), 0.0
        order = torch.randperm(len(x), generator=generator)
        for rows in order[: len(x) // batch * batch].split(batch):
            loss = F.cross_entropy(model(shift(x[rows], 2, generator))[1], y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * batch
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(x):.4f}, "
              f"{time.time() - start:.0f} s", flush=True)
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder with MNIST's four IDX files")
    parser.add_argument("--out", required=True, help="where the weights go")
    parser.add_argument("--epochs", type=int, default=8, help="passes over the data (default 8)")
    parser.add_argument("--batch", type=int, default=128, help="default 128")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--threads", type=int, default=1, help="default 1; part of the recipe")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    model = train(args.data, args.epochs, args.batch, args.seed)
    images, labels = read_mnist(args.data, "t10k")
    accuracy = (run(model, to_input(images))[1].argmax(1) == labels).mean()
    # Through memory: torch.save puts the file's own name into the archive, and so into the hash.
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    pathlib.Path(args.out).write_bytes(buffer.getvalue())
    print(f"test accuracy {100 * accuracy:.2f} % of {len(labels)} images")
    print(f"{args.out}: sha256 {load(args.out)[1]}")
    if accuracy < 0.99:
        raise SystemExit("below 99 %: not fit to measure with")


if __name__ == "__main__":
    main()
