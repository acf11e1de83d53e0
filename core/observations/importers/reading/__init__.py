"""Read the notations of field tables: numbers, dates, positions, headings."""
