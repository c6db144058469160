"""Django registration."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Notifications, following, favourites and what was opened last."""

    name = "klientura.kernel.notify"
    label = "notify"

    def ready(self) -> None:
        """Have what users follow and keep at hand go with records that become one."""
        from klientura.kernel.merging import followers
        from klientura.kernel.notify import merged

        followers.register(followers.Follower(merged.carry_over, merged.carry_back))
