#include "services/cloudwatch/widgets/drawing/letters.h"

#include <string>
#include <string_view>

#include <cairo-ft.h>
#include <ft2build.h>
#include FT_FREETYPE_H

namespace orrery::cloudwatch::widgets {
namespace {

// Debian's package fonts-dejavu-core, and where other distributions have it.
constexpr std::string_view kFolders[] = {"/usr/share/fonts/truetype/dejavu/", "/usr/share/fonts/dejavu-sans-fonts/",
                                         "/usr/share/fonts/TTF/", "/usr/share/fonts/dejavu/"};

cairo_font_face_t* find(FT_Library library, std::string_view file) {
  for (const std::string_view folder : kFolders) {
    FT_Face face = nullptr;
    if (FT_New_Face(library, (std::string(folder) + std::string(file)).c_str(), 0, &face) == 0) {
      return cairo_ft_font_face_create_for_ft_face(face, 0);
    }
  }
  return nullptr;
}

// Not cairo's own letters where there are none: drawing them on several threads at once is not safe in cairo 1.16.
Faces installed() {
  FT_Library library = nullptr;
  if (FT_Init_FreeType(&library) != 0) return {};
  Faces faces{find(library, "DejaVuSans.ttf"), find(library, "DejaVuSans-Bold.ttf")};
  if (faces.bold == nullptr) faces.bold = faces.normal;
  return faces;
}

}  // namespace

const Faces& faces_of(Letters letters) {
  static const Faces kInstalled = installed();
  static const Faces kNone;
  return letters == Letters::Installed ? kInstalled : kNone;
}

}  // namespace orrery::cloudwatch::widgets
