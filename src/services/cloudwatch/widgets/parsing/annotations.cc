#include "services/cloudwatch/widgets/parsing/fields.h"
#include "services/cloudwatch/widgets/parsing/parse.h"

namespace orrery::cloudwatch::widgets {
namespace {

constexpr std::size_t kMostAnnotations = 100;
enum class Direction : std::uint8_t { Horizontal, Vertical };

Result<Edge> edge_of(const Fields& fields, Direction direction) {
  Edge edge;
  edge.label = TRY(fields.text("label")).value_or("");
  if (fields.find("value") == nullptr) return fail(bad_widget(fields.path(), "Should have required property 'value'"));
  if (direction == Direction::Horizontal) {
    edge.value = TRY(fields.number("value")).value_or(0);
    return edge;
  }
  const auto at = parse_iso8601(TRY(fields.text("value")).value_or(""));
  if (!at) return fail(bad_widget(fields.path("value"), "Should be an ISO 8601 time"));
  edge.value = static_cast<double>(epoch_ms(*at)) / 1000;
  return edge;
}

Result<Annotation> annotation_of(const json::value& written, const std::string& path, Direction direction,
                                 bool& visible) {
  static constexpr Fields::Choice<Side> kSides[] = {{"left", Side::Left}, {"right", Side::Right}};
  static constexpr Fields::Choice<Fill> kHorizontal[] = {
      {"none", Fill::None}, {"above", Fill::Above}, {"below", Fill::Below}};
  static constexpr Fields::Choice<Fill> kVertical[] = {
      {"none", Fill::None}, {"after", Fill::Above}, {"before", Fill::Below}};
  const bool band = written.is_array();
  if (band && written.get_array().size() != 2) return fail(bad_widget(path, "Should have 2 items"));
  const Fields first = TRY(Fields::of(band ? written.get_array()[0] : written, band ? path + "/0" : path));
  Annotation annotation;
  annotation.edge = TRY(edge_of(first, direction));
  visible = TRY(first.flag("visible", true));
  if (const auto color = TRY(first.text("color"))) {
    annotation.color = parse_color(*color);
    if (!annotation.color) return fail(bad_widget(first.path("color"), "Should match pattern \"^#[0-9a-fA-F]{6}$\""));
  }
  if (direction == Direction::Horizontal) {
    annotation.side = TRY(first.choice("yAxis", kSides, Side::Left));
    annotation.fill = TRY(first.choice("fill", kHorizontal, Fill::None));
  } else {
    annotation.fill = TRY(first.choice("fill", kVertical, Fill::None));
  }
  if (!band) return annotation;
  annotation.fill = Fill::None;  // "any value for fill is ignored"
  annotation.other = TRY(edge_of(TRY(Fields::of(written.get_array()[1], path + "/1")), direction));
  return annotation;
}

Result<std::vector<Annotation>> annotations_of(const Fields& fields, std::string_view name, Direction direction) {
  std::vector<Annotation> out;
  const json::array* all = TRY(fields.list(name));
  if (all == nullptr) return out;
  if (all->size() > kMostAnnotations) {
    return fail(bad_widget(fields.path(name), "Should NOT have more than 100 items"));
  }
  for (std::size_t i = 0; i < all->size(); ++i) {
    bool visible = true;
    auto one = TRY(annotation_of((*all)[i], fields.path(name) + "/" + std::to_string(i), direction, visible));
    if (visible) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

Result<> parse_annotations(const json::value& annotations, Widget& widget) {
  const Fields fields = TRY(Fields::of(annotations, "/annotations"));
  widget.horizontal = TRY(annotations_of(fields, "horizontal", Direction::Horizontal));
  widget.vertical = TRY(annotations_of(fields, "vertical", Direction::Vertical));
  const json::array* alarms = TRY(fields.list("alarms"));
  if (alarms == nullptr || alarms->empty()) return {};
  // "A single metric widget can have up to one alarm."
  if (alarms->size() > 1) return fail(bad_widget(fields.path("alarms"), "Should NOT have more than 1 items"));
  if (!alarms->front().is_string()) return fail(bad_widget(fields.path("alarms") + "/0", "Should be string"));
  widget.alarm = std::string(std::string_view(alarms->front().get_string()));
  return {};
}

}  // namespace orrery::cloudwatch::widgets
