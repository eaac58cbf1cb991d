// A Lambda function in C++: counts the words of {"text": "…"} with nothing but the standard library. See README.md.
#include "lambda_runtime.h"

#include <cctype>

namespace {

// The value of the member "text", taken as it stands; a real function would use a JSON library.
std::string_view text_of(std::string_view event) {
  const auto name = event.find("\"text\"");
  const auto colon = name == std::string_view::npos ? name : event.find(':', name);
  const auto begin = colon == std::string_view::npos ? colon : event.find('"', colon);
  if (begin == std::string_view::npos) throw std::invalid_argument("the event has no member \"text\"");
  const auto end = event.find('"', begin + 1);
  return event.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
}

std::string count_words(const lambda_runtime::Event& event) {
  int words = 0;
  bool inside = false;
  for (const char c : text_of(event.payload)) {
    const bool letter = std::isspace(static_cast<unsigned char>(c)) == 0;
    words += letter && !inside ? 1 : 0;
    inside = letter;
  }
  return "{\"words\":" + std::to_string(words) + "}";
}

}  // namespace

int main() { return lambda_runtime::run(count_words); }
