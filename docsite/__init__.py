"""How do the documents become a site? ``python -m docsite``: its pages are those of the repository, and a reference."""
