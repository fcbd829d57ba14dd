"""The DMN Technology Compatibility Kit, where it is at hand (FLOWCASE_SUITES)."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KIT = Path(os.environ.get("FLOWCASE_SUITES", ROOT.parent / "shared" / "suites")) / "dmn-tck"


@pytest.mark.skipif(not KIT.is_dir(), reason=f"The compatibility kit is not at {KIT}; set FLOWCASE_SUITES.")
def test_each_level_of_the_compatibility_kit_passes_to_ninety_seven_percent(capsys, monkeypatch):
    specification = importlib.util.spec_from_file_location("tck", ROOT / "tools" / "tck.py")
    tck = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "tck", tck)
    specification.loader.exec_module(tck)

    code = tck.main([str(KIT), "--minimum", "97"])

    assert code == 0, capsys.readouterr().out
