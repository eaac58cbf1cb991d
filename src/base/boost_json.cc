// Boost.JSON, compiled into us once: its header-only form, so that no shared library has to be there at run time.
#include <boost/json/src.hpp>
