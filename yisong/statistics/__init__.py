"""
What do the figures of a month, quarter, half-year or campaign say, and who can check them?

`rules` says what each event counts for, `derive` makes rows of one docket, `figures` adds them up by whatever is asked
for, `filed` puts what was filed beside that: all without I/O. `gather` keeps the rows of a node up to its trail,
`adding` reads them, `versions` freezes what was found. How it is shown is for command line, API and console to decide.
"""
