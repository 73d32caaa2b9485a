"""The rows and their kinds are modules beside the test, which is in no package: it finds them by this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
