"""
Campaigns 专项行动: which phases they have, what belongs to them, and which reports the calendar asks for.

What is worked out stands apart from where it is read and how it is shown: `phases`, `reports` and `standing` are values
in and values out; `reading` and `overview` ask a node's database.
"""
