"""What does Sphinx have to know? Read by Sphinx; the build is started by ``python -m docsite``."""

project = "Yisong 移送"
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns: list[str] = []
# A heading is a target as on the pages of a forge: #the-words-of-it.
myst_heading_anchors = 4

html_theme = "furo"  # its fonts are those of the reader's machine, its scripts lie beside the pages
html_title = "Yisong 移送"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
