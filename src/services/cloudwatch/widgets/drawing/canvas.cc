#include "services/cloudwatch/widgets/drawing/canvas.h"

#include "base/utf8.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <cairo.h>

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::size_t kMostText = 2000;  // bytes: more than an image has room for
// Cairo counts in 24 bits and 8 of fractions.
double bounded(double pixels) { return std::isfinite(pixels) ? std::clamp(pixels, -30'000.0, 30'000.0) : 0; }

// What may be shown: UTF-8 without control characters.
std::string shown(std::string_view text) {
  std::string out = to_utf8(text.substr(0, kMostText));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

cairo_status_t append(void* to, const unsigned char* bytes, unsigned size) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Canvas::Canvas(int width, int height, Color background, Letters letters)
    : width_(width),
      height_(height),
      letters_(letters),
      surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
      cairo_(cairo_create(surface_)) {
  fill(area(), background);
  cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
}

Canvas::~Canvas() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

void Canvas::set(Color color, double opacity) {
  cairo_set_source_rgba(cairo_, color.red / 255.0, color.green / 255.0, color.blue / 255.0, opacity);
}

void Canvas::trace(std::span<const Spot> spots) {
  cairo_new_path(cairo_);
  for (const Spot& spot : spots) cairo_line_to(cairo_, bounded(spot.x), bounded(spot.y));
}

void Canvas::fill(const Area& area, Color color, double opacity) {
  set(color, opacity);
  cairo_rectangle(cairo_, bounded(area.left), bounded(area.top), bounded(area.width()), bounded(area.height()));
  cairo_fill(cairo_);
}

void Canvas::line(Spot from, Spot to, Color color, double width) {
  // A line of one pixel lies on one row of them.
  const Spot spots[] = {{std::floor(from.x) + 0.5, std::floor(from.y) + 0.5},
                        {std::floor(to.x) + 0.5, std::floor(to.y) + 0.5}};
  polyline(spots, color, width);
}

void Canvas::dashed(Spot from, Spot to, Color color) {
  const double dashes[] = {4, 3};
  cairo_set_dash(cairo_, dashes, 2, 0);
  line(from, to, color);
  cairo_set_dash(cairo_, nullptr, 0, 0);
}

void Canvas::polyline(std::span<const Spot> spots, Color color, double width) {
  set(color, 1);
  trace(spots);
  cairo_set_line_width(cairo_, width);
  cairo_stroke(cairo_);
}

void Canvas::polygon(std::span<const Spot> spots, Color color, double opacity) {
  set(color, opacity);
  trace(spots);
  cairo_close_path(cairo_);
  cairo_fill(cairo_);
}

void Canvas::dot(Spot at, double radius, Color color) { wedge(at, 0, radius, 0, 2 * std::numbers::pi, color); }

void Canvas::wedge(Spot center, double inner, double outer, double from, double to, Color color, double opacity) {
  if (outer <= 0 || to <= from) return;
  set(color, opacity);
  cairo_new_path(cairo_);
  const double x = bounded(center.x), y = bounded(center.y);
  if (inner <= 0 && to - from < 2 * std::numbers::pi) cairo_move_to(cairo_, x, y);
  cairo_arc(cairo_, x, y, outer, from, to);
  if (inner > 0) cairo_arc_negative(cairo_, x, y, inner, to, from);
  cairo_close_path(cairo_);
  cairo_fill(cairo_);
}

void Canvas::clip(const Area& area) {
  cairo_save(cairo_);
  cairo_rectangle(cairo_, area.left, area.top, std::max(0.0, area.width()), std::max(0.0, area.height()));
  cairo_clip(cairo_);
}

void Canvas::unclip() { cairo_restore(cairo_); }

// Texts without a usable font are left out: showing them would put an end to all drawing.
bool Canvas::use(Font font) {
  const Faces& faces = faces_of(letters_);
  cairo_font_face_t* face = font.weight == Weight::Bold ? faces.bold : faces.normal;
  if (face == nullptr) return false;
  cairo_set_font_face(cairo_, face);
  cairo_set_font_size(cairo_, font.size);
  cairo_matrix_t matrix, unchanged;
  cairo_get_font_matrix(cairo_, &matrix);
  cairo_matrix_init_identity(&unchanged);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_scaled_font_t* scaled = cairo_scaled_font_create(face, &matrix, &unchanged, options);
  const bool good = cairo_scaled_font_status(scaled) == CAIRO_STATUS_SUCCESS;
  cairo_scaled_font_destroy(scaled);
  cairo_font_options_destroy(options);
  return good;
}

double Canvas::text_width(std::string_view text, Font font) {
  if (!use(font)) return 0;
  cairo_text_extents_t extents;
  cairo_text_extents(cairo_, shown(text).c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(Spot at, std::string_view text, Font font, Color color, Anchor anchor) {
  if (!use(font)) return;
  const double width = anchor == Anchor::Start ? 0 : text_width(text, font);
  const double before = anchor == Anchor::Middle ? width / 2 : width;
  set(color, 1);
  cairo_move_to(cairo_, std::round(bounded(at.x - before)), std::round(bounded(at.y)));
  cairo_show_text(cairo_, shown(text).c_str());
  cairo_new_path(cairo_);
}

std::string Canvas::fitting(std::string_view text, Font font, double room) {
  if (text_width(text, font) <= room) return std::string(text);
  std::size_t low = 0, high = std::min(text.size(), kMostText);  // how many bytes fit; do not
  const auto cut = [&](std::size_t size) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
    return std::string(text.substr(0, size)) + "\u2026";
  };
  while (low + 1 < high) {
    const std::size_t middle = (low + high) / 2;
    (text_width(cut(middle), font) <= room ? low : high) = middle;
  }
  return low == 0 ? std::string() : cut(low);
}

Result<std::string> Canvas::png() {
  std::string out;
  if (cairo_status(cairo_) == CAIRO_STATUS_SUCCESS) {
    cairo_surface_flush(surface_);
    if (cairo_surface_write_to_png_stream(surface_, &append, &out) == CAIRO_STATUS_SUCCESS) return out;
  }
  return fail(internal_error(std::string("drawing: ") + cairo_status_to_string(cairo_status(cairo_))));
}

}  // namespace orrery::cloudwatch::widgets
