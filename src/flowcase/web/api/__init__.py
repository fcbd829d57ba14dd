"""REST under `/api`: one module for each noun, all in the frame of `api_frame`."""
