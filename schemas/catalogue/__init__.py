"""The items, license types, data elements, forms and working days that the bureau works by."""
