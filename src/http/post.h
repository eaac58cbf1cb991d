// asio::post for where no exception may pass (destructors, moves). Asio throws when it has no memory for the task, and
// a server that cannot stop must not limp on.
#pragma once

#include "base/check.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace orrery::http {

template <class Task>
void post_or_crash(boost::asio::io_context& context, Task task) noexcept {
  try {
    boost::asio::post(context, std::move(task));
  } catch (...) {
    crash("asio::post", __FILE__, __LINE__);
  }
}

}  // namespace orrery::http
