// The shapes of letters. Fonts are opened by their files' names: a library that looks for them would read the
// environment, and keep caches of its own in the user's folder.
#pragma once

struct _cairo_font_face;  // NOLINT: cairo's own name

namespace orrery::cloudwatch::widgets {

enum class Letters : unsigned char {
  Installed,  // DejaVu Sans, where it is installed
  None,
};

struct Faces {
  _cairo_font_face* normal = nullptr;  // nullptr: there is none
  _cairo_font_face* bold = nullptr;    // of the same letters as `normal` where nothing bold is installed
};
// Kept as long as the process lives.
const Faces& faces_of(Letters letters);

}  // namespace orrery::cloudwatch::widgets
