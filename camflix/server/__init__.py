"""CamFlix on a server: the JSON API made from the operations, and what keeps it safe on the open internet."""
