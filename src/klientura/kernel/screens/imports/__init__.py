"""Pages of import and export, and the tray of background work."""
