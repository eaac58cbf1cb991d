// Joins callbacks to coroutines: suspends until a callback has come, from whatever thread.
#pragma once

#include "http/message.h"

#include <functional>
#include <memory>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orrery::gateway {

// Calls `start(callback)`; resumes on the connection's own thread with the value that callback(value) was given.
template <class T, class Start>
http::awaitable<T> parked(Start start) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  auto initiate = [executor, &start](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start([executor, shared](T value) {
      asio::post(executor, [shared, value = std::make_shared<T>(std::move(value))] { (*shared)(std::move(*value)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<http::Executor>, void(T)>(
      initiate, asio::use_awaitable_t<http::Executor>());
}

}  // namespace orrery::gateway
