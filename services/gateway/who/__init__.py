"""
Who is asking, and may they?

`principal.principal` and `principal.needs` are what routes depend on, `csrf.token_for` is what their forms carry, and
`install.install` puts all of it into an app.
"""
