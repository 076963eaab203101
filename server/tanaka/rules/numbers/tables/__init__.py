"""A table as a spreadsheet: the relations that its rows keep, and the cell that breaks one."""
