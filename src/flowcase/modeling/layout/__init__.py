"""Lays a diagram out anew: left to right, lane by lane, lines along the free rows and columns between.

A file without drawing (written by hand or by a program), or one that has grown crooked, becomes a
picture that reads from left to right. Only the drawing changes: elements, names and expressions stay.
"""

from flowcase.modeling.layout.write import lay_out

__all__ = ["lay_out"]
