"""Every bound of the program: value, unit and the reason it is what it is.

A limit is an ``int``, so it is used as a number; its unit and reason ride along and appear in
``docs/reference/limits.md`` (a test keeps the two in step). A module holds those of one subject,
in sections; everybody imports them from here.
"""

from ringfence.kernel.limits.calls import *
from ringfence.kernel.limits.limit import Limit as Limit
from ringfence.kernel.limits.numbers import *
from ringfence.kernel.limits.office import *
from ringfence.kernel.limits.privacy import *
from ringfence.kernel.limits.programs import *
from ringfence.kernel.limits.server import *
from ringfence.kernel.limits.signalling import *
from ringfence.kernel.limits.sound import *
from ringfence.kernel.limits.storage import *
from ringfence.kernel.limits.texts import *
from ringfence.kernel.limits.web import *
