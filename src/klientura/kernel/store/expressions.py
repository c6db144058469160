"""The SQL of a stored value, as filters compare it, sorts order by it and the generated indexes hold it."""

from psycopg import sql

from klientura.kernel.objects.shape import FieldShape


def column(field: FieldShape, alias: str = "r") -> sql.Composable:
    """The stored value of a field."""
    return sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(field.column))


def comparable(field: FieldShape, alias: str = "r") -> sql.Composable:
    """The expression by which a field is compared and sorted; the generated indexes use the very same."""
    plain = column(field, alias)
    if field.type.folds:
        return sql.SQL('k_fold({}) collate "C"').format(plain)
    return plain


def like(text: str) -> str:
    """Escape a piece of text for LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
