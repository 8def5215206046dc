"""How do an agency's existing cases, kept in a spreadsheet so far, become events?"""
