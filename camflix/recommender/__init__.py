"""The engine: arrays in, arrays out; it knows numpy, indices and scores, no films, users or databases."""
