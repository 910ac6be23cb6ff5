"""Where the course's folders are, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def data_folder() -> Path:
    """Return the folder with the data that ship: the checkout's `data/`, or the wheel's copy of it.

    Returns:
        An existing folder.

    Raises:
        FileNotFoundError: neither folder exists.

    Example:
        >>> data_folder().name
        'data'
    """
    return _folder("data")


def notebooks_folder() -> Path:
    """Return the folder with the notebooks: the checkout's `notebooks/`, or the wheel's copy of it.

    Returns:
        An existing folder.

    Raises:
        FileNotFoundError: neither folder exists.

    Example:
        >>> notebooks_folder().name
        'notebooks'
    """
    return _folder("notebooks")


def checkout() -> Path | None:
    """Return the root of the checkout that this package runs from.

    Returns:
        A folder, or None when it runs from a wheel.

    Example:
        >>> root = checkout()
        >>> root is None or (root / "pyproject.toml").is_file()
        True
    """
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and not (PACKAGE / "shipped").is_dir() else None


def _folder(name: str) -> Path:
    root = checkout()
    folder = (PACKAGE / "shipped" if root is None else root) / name
    if not folder.is_dir():
        raise FileNotFoundError(f"The folder {name}/ of the course is missing: expected {folder}. Install again.")
    return folder
