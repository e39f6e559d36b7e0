"""Who is told of what happens: the recorder and the console, and exporting, which begins by itself."""
