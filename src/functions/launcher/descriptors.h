// Sockets that the launcher makes inside, and gives to the server.
#pragma once

#include <cstddef>

// On 127.0.0.1. Below 0: errno says why.
int listening_socket(long port);

// Sends descriptors over the status socket, behind a mark of one byte; false when that fails. Never blocks. System
// calls only: a signal handler does so, too.
bool send_descriptors(char mark, const int* fds, std::size_t count);
