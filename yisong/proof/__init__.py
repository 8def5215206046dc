"""
Proof: Merkle trees over the entries of a trail, and what can be shown with them to somebody who has only a root.

Whoever audits the verifier reads `verifier` and `verify_receipt` (the numbered steps), then what these call: `leaves`,
`receipt`, `note`, `checkpoint`, `inclusion`, `tally`, `cosignature`, `vkey`, `policy`, `author`. Try it on the files of
``conformance/``. Then `verify_handoff` and `verify_dossier`, and what they add: `canonical_file`, `handoff_story`,
`archive`, `dossier`, and `refold`, which judges the records again by the rules of `yisong.ledger`.

Values in, values out: no module here reads a database, a network, a clock or a file.
"""
