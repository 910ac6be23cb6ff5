"""RowSparse: the gradient of a table of which only some rows were looked up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.operation import Array

FEW = 16
"""From this number of rows on, adding entry by entry to the flat table is faster than adding row by row."""


class RowSparse(NDArrayOperatorsMixin):
    """A V×d array that is zero except for a few rows; its cost does not depend on V.

    The gradient of a word-vector table E in ``E[ids]`` is one: row k of ``rows`` belongs to row ``ids[k]`` of E, and
    rows with the same id add up. Sums of two of them and products with a number stay sparse; everything else that one
    does with an array works too, on the dense array that ``np.asarray`` makes of it.

    Args:
        ids: integers from 0 to V-1, shape (n,); an id may repeat.
        rows: real numbers, shape (n, d).
        shape: the shape (V, d) of the table.

    Raises:
        ShapeError: ids, rows and shape that do not belong together.
        TypeError: ids that are no integers.
        IndexError: an id outside the table.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import RowSparse
        >>> g = RowSparse(np.array([2, 0, 2]), np.array([[1.0], [5.0], [10.0]]), (4, 1))
        >>> np.asarray(g).ravel()
        array([ 5.,  0., 11.,  0.])
    """

    __slots__ = ("ids", "rows", "shape")
    ndim = 2

    def __init__(self, ids: Array, rows: Array, shape: tuple[int, ...]) -> None:
        ids, rows = np.asarray(ids), np.asarray(rows)
        if len(shape) != 2 or ids.ndim != 1 or rows.shape != (len(ids), shape[1]):
            raise ShapeError(
                f"RowSparse needs ids (n,), rows (n, d) and a shape (V, d), not {ids.shape}, {rows.shape} and {shape}"
            )
        if ids.dtype.kind not in "iu":
            raise TypeError(f"the ids of RowSparse are integers, not {ids.dtype}")
        if ids.size and not (ids.min() >= 0 and ids.max() < shape[0]):
            raise IndexError(f"RowSparse has an id outside 0 … {shape[0] - 1}")
        self.ids = ids.astype(np.intp, copy=False)
        self.rows = rows
        self.shape = (int(shape[0]), int(shape[1]))

    @classmethod
    def of_lookup(cls, ids: Array, rows: Array, shape: tuple[int, ...]) -> RowSparse:
        """What flows back to a table from the look-up ``table[ids]``.

        Args:
            ids: integers of any shape, which the look-up has checked; copied. Negative ones count from the end.
            rows: real numbers, one row for each id, shape ``ids.shape + (d,)``.
            shape: the shape (V, d) of the table.

        Returns:
            A RowSparse with ids of shape (n,) and rows of shape (n, d).
        """
        sparse = cls.__new__(cls)
        # In NumPy's own index type, since a place in the flat table would overflow a narrow one.
        flat = ids.astype(np.intp).reshape(-1)
        sparse.ids = flat % shape[0] if flat.size and flat[flat.argmin()] < 0 else flat
        sparse.rows = rows.reshape(flat.size, shape[1])
        sparse.shape = (shape[0], shape[1])
        return sparse

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the rows."""
        return self.rows.dtype

    def dense(self) -> Array:
        """The array that this stands for.

        Returns:
            An array of shape (V, d), in the dtype of the rows.
        """
        total = np.zeros(self.shape, self.dtype)
        self.add_to(total)
        return total

    def add_to(self, table: Array, scale: float = 1.0) -> None:
        """Add ``scale`` times this to a dense array of the same shape, in place, touching only the rows present.

        Args:
            table: array of shape (V, d).
            scale: a number.

        Raises:
            ShapeError: a table of another shape.
            TypeError: a table of integers, which would lose what follows the point.
        """
        if table.shape != self.shape:
            raise ShapeError(f"RowSparse of shape {self.shape} cannot be added to an array of shape {table.shape}")
        if table.dtype.kind != "f" and self.dtype.kind == "f":
            raise TypeError(f"{self.dtype} rows cannot be added to an array of {table.dtype}; use .astype(float)")
        scale = table.dtype.type(scale)
        if len(self.ids) < FEW:
            add = move_rows if len(set(self.ids.tolist())) == len(self.ids) else add_rows
            add(table, self.ids, self.rows * scale)
        else:
            order, ordered, new = self._by_id()
            # take picks rows twice as fast as indexing does, and in increasing order it runs through the table once.
            move_rows(table, ordered[new], self.rows.take(order[new], axis=0) * scale)
            again = order[~new]
            if again.size:
                add_rows(table, self.ids[again], self.rows.take(again, axis=0) * scale)

    def _by_id(self) -> tuple[Array, Array, Array]:
        """The order that sorts the ids, the ids in this order, and which of them are the first of their kind."""
        order = self.ids.argsort(kind="stable")
        ordered = self.ids[order]
        new = np.ones(len(ordered), np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
        return order, ordered, new

    def coalesce(self) -> RowSparse:
        """The same array with every id once, in increasing order.

        Most ids of a batch are distinct, so the first row of each is taken and only the others are added.

        Returns:
            A RowSparse in memory of its own.
        """
        order, ordered, new = self._by_id()
        rows = self.rows.take(order[new], axis=0)
        if len(rows) < len(ordered):
            again = ~new
            add_rows(rows, np.cumsum(new)[again] - 1, self.rows.take(order[again], axis=0))
        return RowSparse.of_lookup(ordered[new], rows, self.shape)

    def norm(self) -> float:
        """The root of the sum of all squared entries, as if it were dense.

        Returns:
            A number; rows with the same id are added before they are squared.
        """
        rows = self.coalesce().rows
        return float(np.sqrt(np.sum(rows * rows)))

    def clip(self, low: float | None = None, high: float | None = None, out: Any = None) -> RowSparse:
        """Every entry cut off at two bounds, as if it were dense.

        Args:
            low: the lower bound, at most 0; None for no bound.
            high: the upper bound, at least 0; None for no bound.
            out: a RowSparse that becomes the result.

        Returns:
            A RowSparse in memory of its own, with every id once.

        Raises:
            ValueError: 0 is not between the bounds, so that the rows that are zero would change.
        """
        if not (-np.inf if low is None else low) <= 0 <= (np.inf if high is None else high):
            raise ValueError(f"clipping to [{low}, {high}] would change the rows that are zero: use np.asarray first")
        merged = self.coalesce()
        clipped = RowSparse(merged.ids, np.clip(merged.rows, low, high), self.shape)
        return clipped if out is None else into(out, clipped)

    def fill(self, value: float) -> None:
        """Set every entry to one number, in place.

        Args:
            value: a number; any but 0 makes every row present.
        """
        into(
            self,
            np.full(self.shape, value, self.dtype)
            if value
            else self.of_lookup(self.ids[:0], self.rows[:0], self.shape),
        )

    def astype(self, dtype: Any, copy: bool = True) -> RowSparse:
        """The same rows in another dtype.

        Args:
            dtype: of real numbers.
            copy: False gives back this one where it has the dtype already.

        Returns:
            A RowSparse in memory of its own.
        """
        return (
            self
            if not copy and self.dtype == dtype
            else RowSparse(self.ids.copy(), self.rows.astype(dtype), self.shape)
        )

    def copy(self) -> RowSparse:
        """The same rows in memory of their own.

        Returns:
            A RowSparse.
        """
        return RowSparse.of_lookup(self.ids, self.rows.copy(), self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.dense() if dtype is None else self.dense().astype(dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        if method == "at" or len(settings.get("out") or ()) > 1:
            raise TypeError(f"np.{ufunc.__name__} would change a dense copy of a RowSparse here: use np.asarray first")
        (out,) = settings.pop("out", None) or (None,)
        plain_call = method == "__call__" and not settings
        added = ufunc in (np.add, np.subtract) and plain_call and out is inputs[0] and isinstance(inputs[-1], RowSparse)
        if added and isinstance(out, np.ndarray) and out.shape == inputs[-1].shape:
            inputs[-1].add_to(out, 1 if ufunc is np.add else -1)
            return out
        result = _still_sparse(ufunc, inputs) if plain_call else None
        if result is None:
            result = getattr(ufunc, method)(*(densified(x) for x in inputs), **settings)
        return result if out is None else into(out, result)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in IN_PLACE:
            raise AttributeError(f"RowSparse has no {name}(), which would change a dense copy: use np.asarray first")
        dense = self.dense()
        # Who writes into g.T or g.flat learns that this is a copy.
        dense.setflags(write=False)
        return getattr(dense, name)

    def __getitem__(self, index: Any) -> Any:
        first, *rest = index if isinstance(index, tuple) and index else (index,)
        ids = self._row_ids(first)
        if ids is None or not all(isinstance(part, (int, np.integer, slice)) for part in rest):
            return self.dense()[index]
        found = self._rows_at(ids)
        return found[(..., *rest)] if rest else found

    def __setitem__(self, index: Any, value: Any) -> None:
        first, *rest = index if isinstance(index, tuple) and index else (index,)
        ids = self._row_ids(first)
        if ids is None or rest:
            dense = self.dense()
            dense[index] = densified(value)
            into(self, dense)
            return
        rows = np.empty((*ids.shape, self.shape[1]), self.dtype)
        rows[...] = densified(value)
        # Of an id that comes twice the last row holds, as in a dense array.
        last = {int(k): n for n, k in enumerate(ids.ravel())}
        left = ~np.isin(self.ids, ids)
        new_rows = rows.reshape(-1, self.shape[1])[list(last.values())]
        self.ids = np.concatenate([self.ids[left], np.array(list(last), np.intp)])
        self.rows = np.concatenate([self.rows[left], new_rows])

    def _row_ids(self, part: Any) -> Array | None:
        """The rows that an index of the first axis picks, from 0; None if it is no integer, slice, mask or array."""
        count = self.shape[0]
        if isinstance(part, slice):
            return np.arange(*part.indices(count))
        ids = np.asarray(part) if isinstance(part, (int, np.integer, np.ndarray, list)) else None
        if ids is None or isinstance(part, bool) or (ids.dtype == bool and ids.shape != (count,)):
            return None
        if ids.dtype == bool:
            return np.flatnonzero(ids)
        if ids.dtype.kind not in "iu" or (ids.size and not (ids.min() >= -count and ids.max() < count)):
            return None  # NumPy says what is wrong.
        return np.asarray(ids % count)

    def _rows_at(self, ids: Array) -> Array:
        """Some rows as a dense array."""
        found = np.zeros((*ids.shape, self.shape[1]), self.dtype)
        if self.ids.size:
            merged = self.coalesce()
            where = np.minimum(np.searchsorted(merged.ids, ids), len(merged.ids) - 1)
            present = merged.ids[where] == ids
            found[present] = merged.rows[where[present]]
        return found

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"RowSparse({len(self.ids)} of {self.shape[0]} rows, d={self.shape[1]}, {self.dtype})"


def move_rows(table: Array, ids: Array, rows: Array) -> None:
    """Add rows to a table in place where no id comes again; ``rows`` is overwritten."""
    rows += table.take(ids, axis=0)
    table[ids] = rows


def add_rows(table: Array, ids: Array, rows: Array) -> None:
    """Add rows to a table in place, also where an id comes again."""
    if len(ids) < FEW or not table.flags.c_contiguous:
        np.add.at(table, ids, rows)
    else:
        width = table.shape[1]
        where = (ids[:, None] * width + np.arange(width)).reshape(-1)
        np.add.at(table.reshape(-1), where, rows.reshape(-1))


def subtract_rows(table: Array, ids: Array, rows: Array, seen: Array, found: Array | None = None) -> None:
    """Subtract rows from a table in place, of ids that come but once all at once.

    ``seen`` is memory for one integer for each row of the table; what it holds does not matter. ``found`` are the
    table's rows at these ids, if they are known; they are overwritten.
    """
    count = len(ids)
    if count < FEW:
        listed = ids.tolist()
        if len(set(listed)) < count or min(listed, default=0) < 0:
            np.subtract.at(table, ids, rows)
            return
    else:
        # The last place of every id stands in the memory then: a look-up, which costs less than a sort.
        places = np.arange(count)
        seen[ids] = places
        last = seen.take(ids) == places
        if not last.all():
            first, again = np.flatnonzero(last), np.flatnonzero(~last)
            once = ids.take(first)
            table[once] = np.subtract(table.take(once, 0), rows.take(first, 0))
            add_rows(table, ids.take(again), -rows.take(again, 0))
            return
    if found is None:
        found = table.take(ids, 0)
    table[ids] = np.subtract(found, rows, found)


IN_PLACE = {"sort", "partition", "put", "resize", "setfield", "setflags", "byteswap", "itemset"}
"""Methods of arrays that change them."""

KEEP_ZERO = {np.absolute, np.fabs, np.square, np.sqrt, np.sign}
"""Functions of one argument that are 0 at 0."""


def densified(x: Any) -> Any:
    """A RowSparse as an array; anything else as it is."""
    return x.dense() if isinstance(x, RowSparse) else x


def into(out: Any, result: Any) -> Any:
    """Put a result into what a caller wants it in, in that one's dtype as far as NumPy would."""
    if not isinstance(out, RowSparse):
        np.copyto(out, densified(result))
        return out
    if result.shape != out.shape:
        raise ShapeError(f"a result of shape {result.shape} does not fit into a RowSparse of shape {out.shape}")
    rows = result.rows if isinstance(result, RowSparse) else np.asarray(result)
    if not np.can_cast(rows.dtype, out.dtype, "same_kind"):
        raise TypeError(f"a result of {rows.dtype} does not fit into a RowSparse of {out.dtype}")
    dtype = out.dtype
    out.ids = result.ids if isinstance(result, RowSparse) else np.arange(out.shape[0])
    out.rows = rows.astype(dtype)
    return out


def _still_sparse(ufunc: np.ufunc, inputs: tuple[Any, ...]) -> RowSparse | None:
    """The result of an operation that keeps zero rows zero; None for any other."""
    first, second = inputs[0], inputs[-1]
    if ufunc in (np.negative, np.positive) and isinstance(first, RowSparse):
        return RowSparse.of_lookup(first.ids, ufunc(first.rows), first.shape)
    if ufunc in KEEP_ZERO and isinstance(first, RowSparse):
        merged = first.coalesce()  # Rows with the same id are one row, their sum.
        return RowSparse.of_lookup(merged.ids, ufunc(merged.rows), first.shape)
    if ufunc in (np.add, np.subtract) and isinstance(first, RowSparse) and isinstance(second, RowSparse):
        if first.shape != second.shape:
            raise ShapeError(f"cannot {ufunc.__name__} RowSparse of shapes {first.shape} and {second.shape}")
        rows = np.concatenate([first.rows, second.rows if ufunc is np.add else -second.rows])
        return RowSparse.of_lookup(np.concatenate([first.ids, second.ids]), rows, first.shape)
    if ufunc is np.multiply and first is second:
        return _still_sparse(np.square, (first,))
    if ufunc is np.multiply and isinstance(second, RowSparse) and np.ndim(first) == 0:
        return RowSparse.of_lookup(second.ids, second.rows * first, second.shape)
    if ufunc in (np.multiply, np.divide) and isinstance(first, RowSparse) and np.ndim(second) == 0:
        return RowSparse.of_lookup(first.ids, ufunc(first.rows, second), first.shape)
    if ufunc is np.power and isinstance(first, RowSparse) and np.ndim(second) == 0 and second > 0:
        merged = first.coalesce()
        return RowSparse.of_lookup(merged.ids, ufunc(merged.rows, second), first.shape)
    return None
