"""Builds the native media engine where a C compiler is present; without one the twin serves.

The library is loaded with ctypes and knows nothing of Python, so one wheel per platform serves
every interpreter: the tag is py3-none-<platform>.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

_ENGINE = Path("src/ringfence/media/engine")


def _builder() -> Any:
    spec = importlib.util.spec_from_file_location("ringfence_engine_build", _ENGINE / "build.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("media/engine/build.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class BuildWithEngine(build_py):
    """Copies the package as always, then puts the compiled engine beside its sources."""

    def run(self) -> None:
        super().run()
        home = _ENGINE if self.editable_mode else Path(self.build_lib) / "ringfence/media/engine"
        if _builder().compile_library(home.resolve()) is None:
            self.warn("no C compiler: audio will be carried by the Python engine")

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        outputs = list(super().get_outputs(include_bytecode))
        library = Path(self.build_lib) / "ringfence/media/engine" / _builder().LIBRARY
        return [*outputs, str(library)] if library.exists() else outputs


class PlatformWheel(bdist_wheel):
    """Any Python 3 of this platform."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class WithLibrary(Distribution):
    """Says that the wheel is not pure, so that it is tagged with the platform."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    cmdclass={"build_py": BuildWithEngine, "bdist_wheel": PlatformWheel},
    distclass=WithLibrary,
)
