"""HTTP: doors and the gate before every page, the input guard, errors, toasts. Below all screens and the API."""
