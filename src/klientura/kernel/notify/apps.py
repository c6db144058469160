"""Django registration."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Notifications, following, favourites and what was opened last."""

    name = "klientura.kernel.notify"
    label = "notify"

    def ready(self) -> None:
        """Hear what happens to records; have what users follow and keep at hand go with records that become one."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from klientura.kernel.merging import followers
        from klientura.kernel.notify import devices, hearing, live, merged

        hearing.attach()
        live.attach()
        user_logged_out.connect(devices.let_go, dispatch_uid="klientura.notify.devices")
        user_logged_in.connect(devices.go_on, dispatch_uid="klientura.notify.devices_go_on")
        followers.register(followers.Follower(merged.carry_over, merged.carry_back))
