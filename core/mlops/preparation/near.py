"""Near-duplicates: pictures that look alike, found by perceptual hashes.

References
----------
.. [1] C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash
   Functions", 2010.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from core.mlops.preparation.pictures import GREY_SIDE, Look

__all__ = ["MOST_EACH", "Groups", "near_pairs"]

#: Bits of 64 that may differ, the least correlation of the small grey pictures, and
#: how far the shares of red, green and blue may lie apart; chosen by looking at pairs
#: of known scenes, see docs/data_preparation.md.
MAX_FREQUENCY_BITS = 12
MAX_GRADIENT_BITS = 16
MIN_CORRELATION = 0.95
MAX_COLOUR_DISTANCE = 0.04
#: Lamps light empty water alike in every dive, so what is left after a smooth bowl of
#: light is taken away must be alike too, and be there at all (in grey levels); rows
#: of burnt-in text at top and bottom do not count.
MIN_DETAIL_CORRELATION = 0.8
MIN_DETAIL = 2.0
_TEXT_ROWS = 2
#: A picture is paired with so many later ones at most; a film of one thing would
#: otherwise give pairs by the square, and they are one group after the first few.
MOST_EACH = 20
_ROWS, _COLUMNS, _CHUNK = 1024, 8192, 4096


class Groups:
    """Things that belong together, joined pair by pair (union by index).

    Parameters
    ----------
    n : int
        How many things there are; each is alone at first.
    """

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def find(self, one: int) -> int:
        """Name the group of a thing: the lowest index in it."""
        while self._parent[one] != one:
            self._parent[one] = self._parent[self._parent[one]]
            one = self._parent[one]
        return one

    def join(self, one: int, other: int) -> bool:
        """Put two things, and all that belong to them, into one group.

        Returns
        -------
        bool
            Whether they were apart before.
        """
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low
        return low != high


def near_pairs(looks: Sequence[Look]) -> list[tuple[int, int]]:
    """Find pairs of pictures that look alike.

    Every picture is compared with every other, in blocks of bounded memory; the time
    grows with the square of their number.

    Parameters
    ----------
    looks : sequence of Look
        Pictures without a problem.

    Returns
    -------
    list of tuple of int
        Pairs of indices, the lower first; at most `MOST_EACH` for the lower.
    """
    frequencies = _bits([look.frequencies for look in looks])
    gradients = _bits([look.gradients for look in looks])
    grey, detail, colour = *_greys(looks), _colours(looks)
    n_each = np.zeros(len(looks), dtype=np.int64)
    pairs: list[tuple[int, int]] = []
    for rows, columns in _candidates(frequencies, gradients):
        for at in range(0, len(rows), _CHUNK):
            i, j = rows[at : at + _CHUNK], columns[at : at + _CHUNK]
            wanted = n_each[i] < MOST_EACH
            i, j = i[wanted], j[wanted]
            alike = np.einsum("nk,nk->n", grey[i], grey[j]) >= MIN_CORRELATION
            apart = np.abs(colour[i] - colour[j]).max(axis=1, initial=0.0)
            alike &= apart <= MAX_COLOUR_DISTANCE
            same = np.einsum("nk,nk->n", detail[i], detail[j])
            alike &= same >= MIN_DETAIL_CORRELATION
            for one, other in zip(i[alike].tolist(), j[alike].tolist(), strict=True):
                if n_each[one] < MOST_EACH:
                    n_each[one] += 1
                    pairs.append((one, other))
    return pairs


def _candidates(
    frequencies: npt.NDArray[np.uint64], gradients: npt.NDArray[np.uint64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Give, block by block, pairs whose hashes are near, the lower index first."""
    for top in range(0, len(frequencies), _ROWS):
        mine = frequencies[top : top + _ROWS, None]
        for left in range(top, len(frequencies), _COLUMNS):
            differ = np.bitwise_count(mine ^ frequencies[None, left : left + _COLUMNS])
            rows, columns = np.nonzero(differ <= MAX_FREQUENCY_BITS)
            rows, columns = rows + top, columns + left
            steps = np.bitwise_count(gradients[rows] ^ gradients[columns])
            near = (columns > rows) & (steps <= MAX_GRADIENT_BITS)
            yield rows[near], columns[near]


def _bits(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    return np.array([int(text, 16) for text in texts], dtype=np.uint64)


def _greys(
    looks: Sequence[Look],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Scale small grey pictures, and their detail, to mean zero and length one.

    Detail is what a quadratic surface of light leaves; where there is next to none it
    is all zero, so that empty pictures are like nothing.
    """
    raw = np.frombuffer(
        b"".join(bytes.fromhex(look.grey) for look in looks), dtype=np.uint8
    )
    grey = raw.reshape(-1, GREY_SIDE, GREY_SIDE).astype(np.float32)
    inner = slice(_TEXT_ROWS, GREY_SIDE - _TEXT_ROWS)
    y, x = np.mgrid[-1 : 1 : GREY_SIDE * 1j, -1 : 1 : GREY_SIDE * 1j]
    surface = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    bowl = surface[inner].reshape(-1, 6).astype(np.float32)
    detail = grey[:, inner].reshape(len(grey), -1)
    fitted = detail @ np.linalg.pinv(bowl).T @ bowl.T
    detail = np.asarray(detail - fitted, dtype=np.float32)
    detail[detail.std(axis=1) < MIN_DETAIL] = 0.0
    flat = grey.reshape(len(grey), -1)
    return _unit(flat - flat.mean(axis=1, keepdims=True)), _unit(detail)


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-6), dtype=np.float32)


def _colours(looks: Sequence[Look]) -> npt.NDArray[np.float64]:
    """Shares of red, green and blue; dark pictures are drawn towards grey."""
    raw = np.frombuffer(
        b"".join(bytes.fromhex(look.colour) for look in looks), dtype=np.uint8
    )
    colour = raw.reshape(-1, 3).astype(np.float64) + 8.0
    return np.asarray(colour / colour.sum(axis=1, keepdims=True))
