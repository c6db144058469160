"""The design system: tokens, styles, templates and the living page that shows them all."""
