// An image to draw on, in pixels from the top left corner, and its PNG. What lies outside is cut off; texts may be any
// bytes.
#pragma once

#include "base/result.h"
#include "services/cloudwatch/widgets/color.h"
#include "services/cloudwatch/widgets/drawing/letters.h"

#include <span>
#include <string>
#include <string_view>

struct _cairo;          // NOLINT: cairo's own names
struct _cairo_surface;  // NOLINT

namespace orrery::cloudwatch::widgets {

struct Spot {
  double x = 0, y = 0;
};
struct Area {
  double left = 0, top = 0, right = 0, bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
  bool empty() const { return right - left < 1 || bottom - top < 1; }
};

enum class Anchor : unsigned char { Start, Middle, End };
enum class Weight : unsigned char { Normal, Bold };
struct Font {
  double size = 11;
  Weight weight = Weight::Normal;
};

inline constexpr Font kSmall{11};

class Canvas {
 public:
  Canvas(int width, int height, Color background, Letters letters = Letters::Installed);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  Area area() const { return {0, 0, width_, height_}; }

  void fill(const Area& area, Color color, double opacity = 1);
  void line(Spot from, Spot to, Color color, double width = 1);
  void dashed(Spot from, Spot to, Color color);
  void polyline(std::span<const Spot> spots, Color color, double width);
  void polygon(std::span<const Spot> spots, Color color, double opacity);
  void dot(Spot at, double radius, Color color);
  // A piece of a ring (of a disc when `inner` is 0); angles in radians, clockwise from the right.
  void wedge(Spot center, double inner, double outer, double from, double to, Color color, double opacity = 1);

  // Only what lies within is drawn until unclip().
  void clip(const Area& area);
  void unclip();

  // `at` is on the base line.
  void text(Spot at, std::string_view text, Font font, Color color, Anchor anchor = Anchor::Start);
  double text_width(std::string_view text, Font font);
  // The text, or its beginning and "…", so that it is no wider than `room`.
  std::string fitting(std::string_view text, Font font, double room);

  // Error: Internal.
  Result<std::string> png();

 private:
  void set(Color color, double opacity);
  bool use(Font font);
  void trace(std::span<const Spot> spots);

  double width_, height_;
  Letters letters_;
  _cairo_surface* surface_;
  _cairo* cairo_;
};

}  // namespace orrery::cloudwatch::widgets
