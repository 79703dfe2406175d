"""Files of licenses, kept under their digest and recognised by their bytes."""
