"""A change of any declaration brings the database up to date at the next start."""

import sys
from pathlib import Path

from klientura.kernel.objects.spec import ObjectSpec, Part
from klientura.project.schema_state import PACKAGE, deciding_files


def test_every_file_that_declares_an_object_decides():
    deciding = set(deciding_files())
    declaring = {
        Path(module.__file__ or "")
        for name, module in list(sys.modules.items())
        if name.startswith("klientura.modules.")
        for value in vars(module).values()
        if isinstance(value, (ObjectSpec, Part)) and ".tests" not in name
    }
    assert len(declaring) >= 3
    assert declaring <= deciding, {str(p.relative_to(PACKAGE)) for p in declaring - deciding}
