"""`python -m gradient.cli`."""

import sys

from gradient.cli import main

sys.exit(main())
