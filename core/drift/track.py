"""Where particles went: the result of ``advect``."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["AFLOAT", "OUT_OF_DOMAIN", "STATUS_NAMES", "STRANDED", "Track"]

FloatArray = npt.NDArray[np.float64]

AFLOAT, STRANDED, OUT_OF_DOMAIN = 0, 1, 2
#: Names of the states, in the order of their codes.
STATUS_NAMES = np.array(["afloat", "stranded", "out_of_domain"])


@dataclass(frozen=True)
class Track:
    """Positions of particles at the output times.

    Attributes
    ----------
    x, y : ndarray of float, shape (n_out, n)
        Metres on a flat mesh, degrees of longitude and latitude on a spherical one;
        the first row is the start. A particle that stranded or left the domain keeps
        the position where it did so.
    time_s : ndarray of float, shape (n_out,)
        Output times on the field's clock; the last is ``t1_s`` exactly. They fall
        in a run backward in time.
    status : ndarray of str, shape (n,)
        ``afloat``, ``stranded`` or ``out_of_domain`` at the end.
    stranded_s : ndarray of float, shape (n,)
        When the particle stranded; NaN if it did not.
    left_s : ndarray of float, shape (n,)
        When the particle left the domain; NaN if it did not.
    """

    x: FloatArray
    y: FloatArray
    time_s: FloatArray
    status: npt.NDArray[np.str_]
    stranded_s: FloatArray
    left_s: FloatArray

    @property
    def n(self) -> int:
        """Number of particles."""
        return int(self.x.shape[1])

    def statuses(self) -> npt.NDArray[np.str_]:
        """Status of every particle at every output time.

        Returns
        -------
        ndarray of str, shape (n_out, n)
        """
        backward = self.time_s[-1] < self.time_s[0]
        clock = -self.time_s if backward else self.time_s
        codes = np.zeros(self.x.shape, dtype=np.intp)
        for code, when in ((STRANDED, self.stranded_s), (OUT_OF_DOMAIN, self.left_s)):
            ends = -when if backward else when
            codes[ends[None, :] <= clock[:, None]] = code
        return STATUS_NAMES[codes]
