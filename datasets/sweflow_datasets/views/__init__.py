"""Views: takes builds, gives each step in a form to train on, with an inverse that restores its reference."""
