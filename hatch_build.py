"""README as PyPI shows it: a link to a file of the repository becomes an address."""

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ReadmeHook(MetadataHookInterface):
    """Writes the package's long description from README.md and the address in [project.urls]."""

    def update(self, metadata: dict) -> None:
        """Set "readme".

        Args:
            metadata: the [project] table; it is changed.
        """
        source = metadata["urls"]["Source"]
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = re.sub(r"\]\((?!\w+:|#)([^)]+\.svg)\)", rf"]({source}/raw/main/\1)", text)
        text = re.sub(r"\]\((?!\w+:|#)([^)]+)\)", rf"]({source}/blob/main/\1)", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
