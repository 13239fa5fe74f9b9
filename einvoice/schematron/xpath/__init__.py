"""XPath 2.0: parsed, translated to Python, and the functions that the translation runs on."""
