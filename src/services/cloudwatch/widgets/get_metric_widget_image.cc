// GetMetricWidgetImage (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricWidgetImage.html).
#include "services/cloudwatch/operations.h"
#include "services/cloudwatch/widgets/drawing/draw.h"
#include "services/cloudwatch/widgets/gather.h"
#include "services/cloudwatch/widgets/parsing/parse.h"

namespace orrery::cloudwatch {
namespace {

constexpr std::string_view kRawImage = "image/png";

class ImageBody final : public ReplyBody {
 public:
  explicit ImageBody(std::string image) : image_(std::move(image)) {}
  std::optional<std::uint64_t> length() const override { return image_.size(); }
  Result<std::string_view> next() override {
    if (given_) return std::string_view();
    given_ = true;
    return std::string_view(image_);
  }

 private:
  std::string image_;
  bool given_ = false;
};

}  // namespace

Result<GetMetricWidgetImageOutput> get_metric_widget_image(Call& call, Reader& reader,
                                                           const GetMetricWidgetImageInput& input) {
  const std::string format = input.OutputFormat.value_or("png");
  if (format != "png" && format != kRawImage) {
    return fail(
        invalid("The value " + format + " for parameter OutputFormat is not valid: it must be png or image/png."));
  }
  widgets::Widget widget = TRY(widgets::parse_widget(input.MetricWidget, {call.now, call.region}));
  std::string image = TRY(widgets::draw_png(TRY(widgets::gather(call, reader, std::move(widget)))));
  GetMetricWidgetImageOutput output;
  if (format != kRawImage) {
    output.MetricWidgetImage = std::move(image);
    return output;
  }
  // "The HTTP response has a content-type set to image/png, and the body of the response is a PNG image."
  call.reply.headers.emplace_back("Content-Type", std::string(kRawImage));
  call.reply.body = std::make_unique<ImageBody>(std::move(image));
  return output;
}

}  // namespace orrery::cloudwatch
