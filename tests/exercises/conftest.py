"""What is handed in on purpose is a module beside the tests, which is in no package: they find it by this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
