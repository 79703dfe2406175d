"""An exchange with a department: land, check, merge, acknowledge; and rows taken up again."""
