"""Tests of the engine: arrays in, arrays out."""

import pytest

pytest.register_assert_rewrite("tests.recommender.conformance")
