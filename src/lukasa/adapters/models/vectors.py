"""What is made of token states: unit rows, fewer dimensions, signed bytes. Pure."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lukasa.domain.embedding import TokenVectors

Matrix: TypeAlias = npt.NDArray[np.float32]

_SCALE = 127.0


def unit_rows(rows: Matrix) -> Matrix:
    """Return the rows at length 1; a row of zeros stays what it is."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0.0] = 1.0
    return np.asarray(rows / lengths, dtype=np.float32)


def project(rows: Matrix, basis: Matrix | None) -> Matrix:
    """Return unit rows in fewer dimensions.

    *basis* is `width × dims` with orthonormal columns. MaxSim compares by inner product, so a learned one must
    come from the uncentred second moment of the states (their right singular vectors), not from centred PCA.
    """
    return unit_rows(rows if basis is None else rows @ basis)


def quantise(rows: Matrix) -> TokenVectors:
    """Return unit rows as signed bytes, `component × 127`.

    At 384 dimensions a stored row and its original have a cosine of about 0.999.
    """
    codes = np.clip(np.rint(rows * _SCALE), -_SCALE, _SCALE).astype(np.int8)
    return TokenVectors(codes.tobytes(), rows.shape[1])


def dense_bytes(vector: Matrix) -> bytes:
    """Return one vector at length 1, as little-endian float32. A vector of zeros becomes the first axis."""
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if length == 0.0:
        return np.eye(1, len(vector), dtype="<f4").tobytes()
    return (vector / length).astype("<f4").tobytes()
