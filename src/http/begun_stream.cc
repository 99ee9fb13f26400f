#include "http/begun_stream.h"

#include <optional>
#include <utility>

namespace anabranch::http {
namespace {

class BegunStream final : public ByteSource {
 public:
  BegunStream(std::unique_ptr<ByteSource> stream, ByteView first)
      : stream_(std::move(stream)), first_(first) {}

  Task<Result<ByteView>> next() override {
    return first_ ? give(*std::exchange(first_, std::nullopt)) : stream_->next();
  }

 private:
  static Task<Result<ByteView>> give(ByteView piece) { co_return piece; }

  std::unique_ptr<ByteSource> stream_;
  std::optional<ByteView> first_;  // valid until the stream's next next()
};

}  // namespace

Task<Result<std::unique_ptr<ByteSource>>> begin_stream(std::unique_ptr<ByteSource> stream) {
  auto pulling = stream->next();
  Result<ByteView> first = co_await std::move(pulling);
  if (!first) co_return fail(std::move(first).error());
  co_return std::unique_ptr<ByteSource>(std::make_unique<BegunStream>(std::move(stream), *first));
}

}  // namespace anabranch::http
