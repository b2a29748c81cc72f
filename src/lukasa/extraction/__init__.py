"""From text to claims: `rules` without a model, `model` with one."""
