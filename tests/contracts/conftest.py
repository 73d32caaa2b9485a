"""What several contracts share is a module beside them, which is in no package: they find it by this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
