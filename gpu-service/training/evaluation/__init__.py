"""The measures of `evaluate.py`: one module a question, each asked of pictures alone."""
