"""
Where would people rather look than read: how is a picture of months, provinces, clocks or ageing made?

`picture` says what a picture holds; `figures`, `clocks` and `ageing` make one of what others have counted, and count
nothing anew: all without I/O. `asked` checks what somebody asks for, `reading` reads it of a node. `drawn` draws it,
and is imported only then: a plotting library takes its time to come.
"""
