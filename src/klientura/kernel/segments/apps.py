"""Django registration."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """Static lists and live rules over records."""

    name = "klientura.kernel.segments"
    label = "segments"

    def ready(self) -> None:
        """Let filters name segments; have them followed by undo, by merging and by whoever removes a field."""
        from klientura.kernel.history import undo
        from klientura.kernel.merging import followers
        from klientura.kernel.schema import uses
        from klientura.kernel.segments import members, merged, picture, reading, rules
        from klientura.kernel.store import sets

        sets.register(reading.find)
        undo.register_way(members.KIND, members.take_back)
        followers.register(followers.Follower(merged.carry_over, merged.carry_back))
        uses.register(rules.segments_using)
        picture.register()
