"""The JSON API: routes, errors and the OpenAPI document, all made from the operations."""
