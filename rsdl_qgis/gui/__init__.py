"""The plugin's own widgets."""
