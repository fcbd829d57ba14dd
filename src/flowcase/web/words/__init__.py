"""How things are said on pages: values, codes, errors and stories in the reader's language."""
