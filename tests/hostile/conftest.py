"""What the tests here share stands in modules beside them, which they find by this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
