"""Compiles one module, from this folder: `python setup.py MODULE build_ext --build-lib FOLDER --build-temp FOLDER`.

One at a time, so that a module that does not compile costs no other. The file is called `MODULE.so`, without the interpreter's
tag, so that its name is known before it is there.
"""

import sys

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# No fused multiply-add: it rounds once where the others round twice.
FLAGS = ["-O3", "-march=native", "-ffp-contract=off"]


class BuildWithoutTag(build_ext):
    def get_ext_filename(self, fullname):
        return f"{fullname}.so"


module = sys.argv.pop(1)
generated = sys.argv[sys.argv.index("--build-temp") + 1]
setup(
    name=module,
    py_modules=[],
    ext_modules=cythonize(
        Extension(module, [f"{module}.pyx"], extra_compile_args=FLAGS),
        build_dir=generated,
        force=True,
    ),
    cmdclass={"build_ext": BuildWithoutTag},
)
