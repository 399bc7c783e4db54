"""The pages. `feature` gathers them for the application."""
