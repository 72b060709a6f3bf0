# expect: 2: SyntaxError
from __future__ import braces
