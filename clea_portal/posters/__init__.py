"""A poster description in; PDF, PNG or SVG out, read back before hand-out. No models."""
