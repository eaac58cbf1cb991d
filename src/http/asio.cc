// Asio, compiled into us once (BOOST_ASIO_SEPARATE_COMPILATION in src/CMakeLists.txt): what includes it stays quick to
// build.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
