"""Tables of figures, as the kernel has them."""

from klientura.kernel.screens.figures import (
    Cell,
    Column,
    Line,
    Table,
    View,
    as_file,
    difference,
    share,
    table_shown,
)

__all__ = ["Cell", "Column", "Line", "Table", "View", "as_file", "difference", "share", "table_shown"]
