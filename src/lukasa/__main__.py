"""`python -m lukasa`, where the command is not on the path."""

import sys

from lukasa.surfaces.entry import main

sys.exit(main())
