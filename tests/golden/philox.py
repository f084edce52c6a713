"""Philox4x32-10, uniforms and normals in NumPy: the streams of kernels/math, number for number.

  python tests/golden/philox.py      checks the words against Random123's known answers

Salmon et al. 2011, doi:10.1145/2063384.2063405. key = seed; counter = (block, subsequence) with
subsequence = step * 16 + purpose; number e of a stream is lane e % 4 of block e / 4, as in cuRAND.
"""

import numpy as np

# Those of kernels/math/philox.hpp in use.
PURPOSES = dict(latent=1, sample=5, posterior=7, interpolate=8, latent_centre=12)
MASK = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox4x32_10(counter, key):
    """counter: 4 arrays of words, key: 2 words; all u64 below 2^32. Returns 4 arrays of words."""
    x, y, z, w = (np.asarray(word, np.uint64) for word in counter)
    key0, key1 = key
    for _ in range(10):
        even, odd = np.uint64(0xD2511F53) * x, np.uint64(0xCD9E8D57) * z
        x, y, z, w = ((odd >> HALF) ^ y ^ np.uint64(key0), odd & MASK,
                      (even >> HALF) ^ w ^ np.uint64(key1), even & MASK)
        key0, key1 = (key0 + 0x9E3779B9) % 2**32, (key1 + 0xBB67AE85) % 2**32
    return x, y, z, w


def words(seed, purpose, step, count, first_block=0):
    """`count` words of a stream, rounded up to whole blocks, as [blocks, 4]."""
    subsequence = step * 16 + PURPOSES[purpose]
    block = np.uint64(first_block) + np.arange((count + 3) // 4, dtype=np.uint64)
    counter = (block & MASK, block >> HALF, subsequence % 2**32, subsequence >> 32)
    return np.stack(np.broadcast_arrays(*philox4x32_10(counter, (seed % 2**32, seed >> 32))), 1)


def uniform_of(word):
    """(0, 1], exactly the float32 that kernels/math/uniform.hpp gives, as float64."""
    value = word.astype(np.float32) * np.float32(2**-32) + np.float32(2**-33)
    return value.astype(np.float64)


def uniform(seed, purpose, step, count):
    return uniform_of(words(seed, purpose, step, count)).ravel()[:count]


def normal(seed, purpose, step, count):
    """Box-Muller in double from the same uniforms: words (0, 1) and (2, 3) make a sine, then a
    cosine each. The project's own floats differ from these by rounding."""
    pairs = uniform_of(words(seed, purpose, step, count)).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log(pairs[:, 0])), 2 * np.pi * pairs[:, 1]
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1).ravel()[:count]


def mixture(seed, purpose, step, rows, latent, components, centre_seed):
    """[rows, latent] of kernels/math/latent_mixture.hpp, in double."""
    chosen = words(seed, purpose, step, rows, 2**62).ravel()[:rows]
    component = (chosen * np.uint64(components)) >> np.uint64(32)
    centres = normal(centre_seed, "latent_centre", 0, components * latent)
    noise = normal(seed, purpose, step, rows * latent).reshape(rows, latent)
    return 0.8 * centres.reshape(components, latent)[component] + 0.6 * noise


def check():
    """The three "philox4x32 10" lines of Random123 1.14.0: zeros, ones, the digits of pi."""
    ones = 2**32 - 1
    known = [((0,) * 4, (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
             ((ones,) * 4, (ones, ones), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
             ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
              (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1))]
    for counter, key, wanted in known:
        got = tuple(int(word) for word in philox4x32_10(counter, key))
        if got != wanted:
            raise SystemExit(f"Philox of {counter}, {key}: {got}, known answer {wanted}")


if __name__ == "__main__":
    check()
    print("Philox4x32-10: three known answers hold")
