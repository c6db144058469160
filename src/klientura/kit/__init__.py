"""The toolbox: pure Python without Django, which returns error codes and never texts."""
