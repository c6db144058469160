"""Every message of the command line: code → (English, Russian). First what happened, then what to do."""

from .texts_demo import DEMO
from .texts_doctor import DOCTOR
from .texts_run import RUN
from .texts_server import SERVER
from .texts_transfer import TRANSFER
from .texts_users import USERS

TEXTS: dict[str, tuple[str, str]] = {**RUN, **SERVER, **DOCTOR, **TRANSFER, **USERS, **DEMO}
