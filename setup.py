from setuptools import setup

# The extension is optional: without a compiler the installation succeeds, and the numpy twins serve.
setup(cffi_modules=["camflix/recommender/kernels/build.py:builder"])
